import Basics
import Health
import NIOHTTP1

extension ProbeRequest {
    /// The request of a probe: what the dialect says, our key, the gateway's routing, the operator's headers.
    ///
    /// - Parameter trace: names the probe in the gateway's logs.
    init(_ ask: ProbeAsk, trace: String) throws(ProbeRefusal) {
        let dialect = ProbeDialects.dialect(of: ask.target)
        let draft = try dialect.draft(of: ask)
        var request = ProbeRequest(
            target: ask.target, path: draft.path, contentType: draft.contentType, headers: dialect.headers)
        request.body = draft.body
        request.isStreamed = draft.isStreamed
        request.bodyLimit = draft.bodyLimit
        if draft.isStreamed { request.headers.replaceOrAdd(name: "accept", value: "text/event-stream") }
        if let route = ask.target.gateway {
            for (name, value) in route.probeHeaders(ask.config, trace: trace) {
                request.headers.replaceOrAdd(name: name, value: value)
            }
        }
        // The operator's own headers win; those of a check over those of its target.
        for header in ask.target.headers + (ask.check?.headers ?? []) { request.add(header) }
        try request.validate()
        self = request
    }

    /// A question for the list of models.
    init(modelListOf target: ModelTarget, after last: String?) throws(ProbeRefusal) {
        let dialect = ProbeDialects.dialect(of: target)
        self.init(
            target: target, path: dialect.modelListPath(after: last), contentType: nil, headers: dialect.headers)
        method = .GET
        bodyLimit = 16 << 20
        for header in target.headers { add(header) }
        try validate()
    }

    private init(
        target: ModelTarget, path: String, contentType: String?, headers extra: [(name: String, value: String)]
    ) {
        var headers = HTTPHeaders()
        if let contentType { headers.add(name: "content-type", value: contentType) }
        headers.add(name: "accept", value: "application/json")
        // Compression would hide when each token came.
        headers.add(name: "accept-encoding", value: "identity")
        headers.add(name: "user-agent", value: "llm-health")
        for (name, value) in extra { headers.replaceOrAdd(name: name, value: value) }
        var secrets: [Secret] = []
        if let key = target.key {
            secrets.append(key)
            for (name, value) in target.credentials(key) {
                headers.replaceOrAdd(name: name, value: value.reveal())
            }
        }
        if let route = target.gateway {
            secrets += route.secrets
            for (name, value) in route.routingHeaders { headers.replaceOrAdd(name: name, value: value) }
        }
        self.init(url: target.endpoint(path), headers: headers, secrets: secrets)
    }

    private mutating func add(_ header: ModelTarget.Header) {
        secrets.append(header.value)
        headers.replaceOrAdd(name: header.name, value: header.value.reveal())
    }

    /// Finds what HTTP cannot carry before it fails somewhere with less to say.
    private func validate() throws(ProbeRefusal) {
        for (name, value) in headers {
            let isName = !name.isEmpty && name.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: ":") }
            guard isName else { throw ProbeRefusal(message: "'\(name)' cannot be the name of a header.") }
            guard value.utf8.allSatisfy({ $0 >= 32 && $0 != 127 || $0 == 9 }) else {
                throw ProbeRefusal(
                    message:
                        "The value of header '\(name)' holds a line break or control character; is there one at the "
                        + "end of a key file?")
            }
        }
    }
}

extension ModelTarget {
    /// The address of an endpoint below `/v1/`, or below the server's root where `path` begins with a slash.
    ///
    /// A base that has a version of its own (`…/v1`, `…/v1beta/openai`, `…/paas/v4`) is taken as complete, and one with
    /// `{path}` in it says itself where the endpoint belongs (and with `{model}` where the model's name does).
    func endpoint(_ path: String) -> String {
        var base = baseURL[...]
        if base.contains("{path}") {
            // A query of the endpoint's own is added to the base's.
            let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
            let name = parts.first.map { $0.first == "/" ? String($0.dropFirst()) : $0 } ?? ""
            let url = base.replacing("{path}", with: name).replacing("{model}", with: PercentEncoding.encoded(model))
            guard parts.count == 2 else { return String(url) }
            return "\(url)\(url.contains("?") ? "&" : "?")\(parts[1])"
        }
        while base.last == "/" { base.removeLast() }
        if path.hasPrefix("/") {
            // A path of the server's own: beside the version, not below it.
            return "\(base.hasSuffix("/v1") ? base.dropLast(3) : base)\(path)"
        }
        let start = base.firstRange(of: "://")?.upperBound ?? base.startIndex
        let segments = base[start...].split(separator: "/").dropFirst()
        let hasVersion = segments.contains { segment in
            segment.first == "v" && segment.dropFirst().first?.isNumber == true
        }
        return "\(base)\(hasVersion ? "" : "/v1")/\(path)"
    }

    /// Azure's keys are no bearer tokens; those of Entra ID are, and are given as a header.
    fileprivate func credentials(_ key: Secret) -> [(name: String, value: Secret)] {
        let host = Host(of: baseURL).name
        let isAzure = [".azure.com", ".azure.us"].contains { host.hasSuffix($0) }
        if gateway == nil, isAzure, dialect == .openAI { return [("api-key", key)] }
        return ProbeDialects.dialect(of: self).credentials(key)
    }
}
