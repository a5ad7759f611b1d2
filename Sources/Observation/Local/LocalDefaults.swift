package import AsyncHTTPClient
package import Health

/// What a daemon without a configuration looks for on this machine.
package struct DefaultEndpoint: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case runtime(LocalRuntime)
        case portkey
    }

    package var kind: Kind
    package var url: String
    /// Whether what is looked for listens there now, be it locked by a token.
    package var isAnswering: Bool

    package init(_ kind: Kind, url: String, isAnswering: Bool = false) {
        self.kind = kind
        self.url = url
        self.isAnswering = isAnswering
    }

    /// The default ports of the local runtimes and of Portkey.
    package static var all: [DefaultEndpoint] {
        LocalRuntime.allCases.filter(\.profile.isStandard).map {
            DefaultEndpoint(.runtime($0), url: $0.profile.defaultURL)
        }
            + [DefaultEndpoint(.portkey, url: "http://127.0.0.1:8787")]
    }
}

/// Tells which of the endpoints answer now, each by what only it says; all at once, so it takes `limit` at most.
///
/// Nothing but GET is sent, and another program on one of the ports is not taken for what is looked for.
package func probeDefaults(
    _ endpoints: [DefaultEndpoint] = DefaultEndpoint.all, client: HTTPClient, timekeeper: Timekeeper = .system,
    limit: Duration = .milliseconds(500)
) async -> [DefaultEndpoint] {
    await withTaskGroup(of: (Int, Bool).self) { group in
        for (index, endpoint) in endpoints.enumerated() {
            group.addTask {
                let isAnswering = await bounded(by: limit, on: timekeeper) {
                    await endpoint.answers(client: client, timekeeper: timekeeper, limit: limit)
                }
                return (index, isAnswering ?? false)
            }
        }
        var found = endpoints
        for await (index, isAnswering) in group { found[index].isAnswering = isAnswering }
        return found
    }
}

extension DefaultEndpoint {
    private enum PortkeyQuestion: String, LocalQuestion { case greeting = "/" }

    fileprivate func answers(client: HTTPClient, timekeeper: Timekeeper, limit: Duration) async -> Bool {
        switch kind {
        case .runtime(let runtime):
            guard let endpoint = try? LocalEndpoint(runtime, url: url) else { return false }
            let wire = LocalWire(endpoint: endpoint, client: client, timekeeper: timekeeper, timeout: limit)
            return await runtime.reader.init().recognises(over: wire)
        case .portkey:
            // Which runtime it counts as is of no account: only its errors would name one.
            guard let endpoint = try? LocalEndpoint(.ollama, url: url) else { return false }
            let wire = LocalWire(endpoint: endpoint, client: client, timekeeper: timekeeper, timeout: limit)
            guard case .success(let answer) = await wire.ask(PortkeyQuestion.greeting) else { return false }
            return answer.status == 200 && String(decoding: answer.body, as: UTF8.self).contains("AI Gateway says hey!")
        }
    }
}
