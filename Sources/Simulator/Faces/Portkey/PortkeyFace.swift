import HTTPTypes

/// The open-source Portkey gateway 1.15.2, as it was recorded: checks, routing, retries, and what it makes of answers.
struct PortkeyFace: FaceResponder {
    let upstreams: UpstreamDirectory
    let clock: SimulatorClock
    private let hosts: TrustedHosts
    private let router: PortkeyRouter

    init(upstreams: UpstreamDirectory, clock: SimulatorClock, trustedHosts: [String]) {
        self.upstreams = upstreams
        self.clock = clock
        hosts = TrustedHosts(names: trustedHosts)
        router = PortkeyRouter(caller: PortkeyCaller(upstreams: upstreams, clock: clock))
    }

    func reply(to incoming: Incoming) async throws -> Reply {
        if incoming.path == "/", incoming.method == "GET" {
            return .text("AI Gateway says hey!", type: "text/plain; charset=UTF-8")
        }
        guard incoming.path.hasPrefix("/v1/"), ["GET", "POST", "PUT", "DELETE"].contains(incoming.method) else {
            return .json(["message": "Not Found", "ok": false], status: 404)
        }
        let config: PortkeyConfig
        switch check(incoming) {
        case .success(let checked): config = checked
        case .failure(let refusal): return refusal.reply
        }
        // A body that is no JSON makes the gateway's own code throw before it has chosen a target.
        if incoming.method == "POST", incoming.json?.members == nil {
            return PortkeyVoice.failure("Something went wrong", status: 500)
        }
        let route = try await router.route(incoming, along: config)
        switch route {
        case .failed(let reply): return reply
        case .answered(let answer): return withHeaders(answer, incoming)
        }
    }

    private struct RefusedRequest: Error {
        var reply: Reply

        init(_ message: String, errors: [String] = []) {
            reply = PortkeyVoice.failure(message, errors: errors)
        }
    }

    /// The checks before anything is routed, in the gateway's order (rows I to M and O).
    private func check(_ incoming: Incoming) -> Result<PortkeyConfig, RefusedRequest> {
        if let type = incoming.header("content-type")?.prefix(while: { $0 != ";" }).lowercased(),
            !["application/json", "multipart/form-data"].contains(type), !type.hasPrefix("audio/")
        {
            return .failure(RefusedRequest("Invalid content type passed"))
        }
        let provider = incoming.header("x-portkey-provider")
        let configText = incoming.header("x-portkey-config")
        guard provider != nil || configText != nil else {
            return .failure(RefusedRequest("Either x-portkey-config or x-portkey-provider header is required"))
        }
        if let provider, !PortkeyProviders.all.contains(provider) {
            return .failure(RefusedRequest("Invalid provider passed"))
        }
        if let host = incoming.header("x-portkey-custom-host"), !hosts.allow(host) {
            return .failure(RefusedRequest("Invalid custom host"))
        }
        let header = headerConfig(incoming)
        guard let configText else { return .success(header) }
        guard let json = try? JSON(parsing: configText) else {
            return .failure(RefusedRequest("Invalid config passed. You need to pass a valid json"))
        }
        let errors = PortkeyConfigCheck.errors(in: json, trusting: hosts)
        guard errors.isEmpty else { return .failure(RefusedRequest("Invalid config passed", errors: errors)) }
        return .success(PortkeyConfig(json).inheriting(from: header))
    }

    /// The target that the headers alone describe.
    private func headerConfig(_ incoming: Incoming) -> PortkeyConfig {
        var config = PortkeyConfig()
        config.provider = incoming.header("x-portkey-provider")
        config.apiKey = incoming.apiKey
        config.customHost = incoming.header("x-portkey-custom-host")
        config.requestTimeout = incoming.header("x-portkey-request-timeout").flatMap { Int($0) }
        config.azure = PortkeyConfig.Azure(
            deployment: incoming.header("x-portkey-azure-deployment-id"),
            apiVersion: incoming.header("x-portkey-azure-api-version"),
            resource: incoming.header("x-portkey-azure-resource-name"))
        return config
    }

    /// Upstream headers that describe the connection to it, or a body that has been rewritten.
    private static let dropped: Set<String> = [
        "content-length", "content-encoding", "transfer-encoding", "connection", "keep-alive", "date",
    ]

    private func withHeaders(_ answer: PortkeyAnswer, _ incoming: Incoming) -> Reply {
        var reply = answer.reply
        reply.headers = HTTPFields(answer.reply.headers.filter { !Self.dropped.contains($0.name.canonicalName) })
        reply.headers[.init("x-portkey-cache-status")!] = "DISABLED"
        reply.headers[.init("x-portkey-last-used-option-index")!] = answer.optionIndex
        reply.headers[.init("x-portkey-provider")!] = answer.provider
        reply.headers[.init("x-portkey-retry-attempt-count")!] = String(answer.retries)
        reply.headers[.init("x-portkey-trace-id")!] = incoming.header("x-portkey-trace-id") ?? ""
        return reply
    }
}

/// An answer on its way back, with what the gateway's headers say about it.
struct PortkeyAnswer: Sendable {
    var reply: Reply
    var provider: String
    /// Where in the configuration the target stands: `config`, `config.targets[1]`.
    var optionIndex: String
    /// 0 = at once, n = on the nth retry, -1 = all retries failed.
    var retries: Int
}
