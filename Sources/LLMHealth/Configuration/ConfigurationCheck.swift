import Health

/// Looks at what fits together only as a whole: references, identity, and who may reach the server.
struct ConfigurationCheck {
    private var resolver: ModelResolver

    init(_ configuration: Configuration, origins: [String: Origin]) {
        resolver = ModelResolver(configuration, origins: origins)
    }

    var problems: [ConfigurationProblem] { resolver.problems }

    mutating func run() {
        let configuration = resolver.configuration
        checkServer(configuration.server)
        _ = resolver.models()
        _ = resolver.discoverySources()
        for name in configuration.providers.keys.sorted() { _ = resolver.provider(named: name, "providers.\(name)") }
    }

    private mutating func checkServer(_ server: Configuration.Server) {
        if !server.isLoopback, server.tokens.isEmpty {
            resolver.note(
                "server.host",
                "'\(server.host)' is reached from other machines, which needs tokens; "
                    + "add `server.tokens`, or listen on 127.0.0.1")
        }
        var names: Set<String> = []
        for (index, token) in server.tokens.enumerated() where !names.insert(token.name).inserted {
            resolver.note(
                "server.tokens[\(index)].name", "the token '\(token.name)' is there twice; write another name")
        }
    }
}
