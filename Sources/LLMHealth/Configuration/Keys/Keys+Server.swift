import Health

extension Configuration.Server {
    static let section = Section(
        "the server", Configuration.Server(),
        check: { server, node, reader in
            for key in ["allowedOrigins", "frameAncestors"] {
                let origins = key == "allowedOrigins" ? server.allowedOrigins : server.frameAncestors
                for origin in origins where origin != "*" && !Configuration.Server.isOrigin(origin) {
                    reader.within(key) { reader in
                        reader.note(
                            node[key] ?? node,
                            "`\(origin)` is no origin; write it like https://status.example, without a path")
                    }
                }
            }
            if server.tokens.isEmpty, server.allowedOrigins.contains("*") {
                reader.within("allowedOrigins") { reader in
                    reader.note(
                        node["allowedOrigins"] ?? node,
                        "`*` lets any site's page do everything here; add `tokens`, or name the origins")
                }
            }
        },
        [
            Key(
                "host", \.host, .text(form: "name or address"),
                "where to listen; any address but this machine's own needs `tokens`"),
            Key("port", \.port, .whole(0...65_535), "TCP port; 0 takes any free one"),
            Key(
                "tokens", \.tokens, .list(Configuration.Token.section.format),
                "who may do what; without any, everyone on this machine may do everything"),
            Key(
                "allowedHosts", \.allowedHosts, .list(.text(form: "host name")),
                "names in the `Host` header that are accepted beside the address itself and `localhost`"),
            Key(
                "allowedOrigins", \.allowedOrigins, .list(.text(form: "origin")),
                "origins, such as `https://status.example`, whose pages may use the API and its live stream beside the server's own; `*` for all"
            ),
            Key(
                "frameAncestors", \.frameAncestors, .list(.text(form: "origin")),
                "origins whose pages may show the dashboard in a frame beside the server's own; `*` for all"),
            Key(
                "publicBadges", \.publicBadges, .list(.text(form: "name or pattern")),
                "models whose badges need no token, with `*` and `?` for any characters"),
            Key(
                "maximumStreams", \.maximumStreams, .whole(1...20_000),
                "live streams (WebSockets and Server-Sent Events) that may be open at once"),
        ])
}

extension Configuration.Server {
    /// Whether a text is a scheme and a host, perhaps with a port, as browsers send it.
    static func isOrigin(_ text: String) -> Bool {
        guard case .success(let address) = HTTPAddress.read(text) else { return false }
        return !text.dropFirst(address.scheme.count + 3).contains("/")
    }
}

extension Configuration.Token {
    static let section = Section(
        "a token", Configuration.Token(name: "", secret: Secret("")),
        check: { token, node, reader in
            // Shorter ones can be guessed over the network.
            if token.secret.reveal().utf8.count < 8 {
                reader.note(
                    node["secret"] ?? node,
                    "the token is shorter than 8 characters; make one with `openssl rand -hex 16`")
            }
            if token.scopes.isEmpty { reader.note(node, "allows nothing; name at least one of `scopes`") }
        },
        [
            Key("name", \.name, .text, "who holds it, for the log; unique", isRequired: true),
            Key("secret", \.secret, .secret, "the token itself, at least 8 characters", isRequired: true),
            Key("scopes", \.scopes, .set(.choice), "what it allows"),
        ])
}

extension Configuration.Import {
    static let section = Section(
        "an import", Configuration.Import(file: ""),
        [
            Key(
                "file", \.file, .path(), "a Portkey-style `config.json`: providers and routes, or strategy and targets",
                isRequired: true),
            Key(
                "via", optional: \.via, .text(form: "a key of `gateways`"), "how its models are reached",
                standard: "the only gateway, else directly"),
        ])

    static var format: Format<Configuration.Import> {
        let path = Format<String>.path()
        return Format(
            shape: .either([path.shape, .section(section.shape)]),
            read: { node, reader in
                if node.scalar != nil { return path.read(node, &reader).map { Configuration.Import(file: $0) } }
                return section.read(node, &reader)
            }, show: { _ in nil })
    }
}
