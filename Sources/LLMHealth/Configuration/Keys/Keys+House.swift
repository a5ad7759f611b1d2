import Health

extension Configuration.Store {
    static let section = Section(
        "the history", Configuration.Store(),
        check: { store, node, reader in
            if let clickhouse = node["clickhouse"], store.clickhouse.url == nil {
                reader.note(clickhouse, "needs its address; add `url: http://127.0.0.1:8123`")
            }
        },
        [
            Key(
                "sqlite", group: [Key("path", \.path, .path(), "its file, `:memory:` for none")],
                of: Configuration.Store(), "the embedded database"),
            Key(
                "clickhouse",
                group: [
                    Key("url", optional: \.clickhouse.url, .url, "its HTTP interface"),
                    Key("database", \.clickhouse.database, .text(form: "name"), "made where it is missing"),
                    Key("user", \.clickhouse.user, .text(form: "name"), "who writes and reads"),
                    Key("password", optional: \.clickhouse.password, .secret, "of the user"),
                    Key(
                        "cluster", optional: \.clickhouse.cluster, .text(form: "name"),
                        "tables are made `ON CLUSTER` this one, with replicated engines"),
                    Key("region", optional: \.clickhouse.region, .text(form: "name"), "told with each row"),
                    Key(
                        "instance", \.clickhouse.instance, .text(form: "name"),
                        "which daemon wrote a row, and whose rows it reads; each daemon that shares a database needs its own"
                    ),
                    Key(
                        "caFile", optional: \.clickhouse.caFile, .path(form: "PEM file"),
                        "certificate authorities trusted beside the system's"),
                ],
                of: Configuration.Store(), "a ClickHouse in place of the file; needs `url`"),
            Key(
                "retention", \.retention, .duration(.seconds(3_600)...(.seconds(400 * 86_400))),
                "how long snapshots are kept"),
            Key(
                "rollUps",
                group: [
                    Key(
                        "minutes", \.rollUps.minutes, .duration(.seconds(86_400)...(.seconds(400 * 86_400))),
                        "sums of each minute"),
                    Key(
                        "hours", \.rollUps.hours, .duration(.seconds(86_400)...(.seconds(3_660 * 86_400))),
                        "sums of each hour"),
                    Key(
                        "days", \.rollUps.days, .duration(.seconds(86_400)...(.seconds(36_600 * 86_400))),
                        "sums of each day"),
                ],
                of: Configuration.Store(), "how long sums are kept"),
            Key(
                "spillMegabytes", \.spillMegabytes, .whole(0...1_000_000),
                "rows that may wait on disk while the store is away; 0 for none"),
            Key(
                "evidenceMegabytes", \.evidenceMegabytes, .whole(0...1_000_000),
                "evidence kept, compressed, for `replay`; 0 for none"),
        ])
}

extension Configuration.Network {
    static let section = Section(
        "the network", Configuration.Network(),
        check: { network, node, reader in
            if (network.clientCertificate == nil) != (network.clientKey == nil) {
                reader.note(node, "`clientCertificate` and `clientKey` belong together; give both or none")
            }
        },
        [
            Key(
                "proxy", optional: \.proxy, Configuration.Proxy.format,
                "for hosts off this machine: `http://[user:password@]host:port`, or `none`",
                standard: "`HTTPS_PROXY` of the environment"),
            Key(
                "noProxy", \.noProxy, .list(.text(form: "host or domain")),
                "reached without the proxy, beside this machine; `NO_PROXY` of the environment where `proxy` is not set"
            ),
            Key(
                "caFile", optional: \.caFile, .path(form: "PEM file"),
                "certificate authorities trusted beside the system's"),
            Key("clientCertificate", optional: \.clientCertificate, .path(form: "PEM file"), "the certificate we show"),
            Key("clientKey", optional: \.clientKey, .path(form: "PEM file"), "its private key"),
            Key(
                "connectivityCheck", optional: \.connectivityCheck, Configuration.Endpoint.format,
                "must be reachable while our own network works",
                standard: "none: an outage of many hosts counts against them"),
        ])
}

extension Configuration.Proxy {
    /// `none` reads as nothing, and being written it hides the environment's.
    static var format: Format<Configuration.Proxy> {
        Format(
            shape: .text(form: "URL", pattern: "^http://.+|^none$|\\$\\{"),
            read: { node, reader in
                guard let scalar = reader.scalar(node, wanted: "a URL such as http://proxy.example:3128") else {
                    return nil
                }
                if scalar.text == "none" { return nil }
                switch read(scalar.text) {
                case .success(let proxy): return proxy
                // The text itself may hold a password.
                case .failure(let problem):
                    reader.note(node, "the proxy \(problem.text)")
                    return nil
                }
            }, show: { _ in nil })
    }

    static func read(_ text: String) -> Result<Configuration.Proxy, HTTPAddress.Problem> {
        HTTPAddress.read(text.contains("://") ? text : "http://\(text)", allowsUser: true).flatMap { address in
            guard address.scheme == "http" else {
                return .failure(.init(text: "is spoken to with https, which is not supported; write http://"))
            }
            return .success(
                Configuration.Proxy(
                    host: address.host, port: address.port ?? 3_128, user: address.user.map { Secret($0) },
                    password: address.password.map { Secret($0) }))
        }
    }
}

extension Configuration.Endpoint {
    static var format: Format<Configuration.Endpoint> {
        Format(
            shape: .text(form: "host:port", pattern: "^.+:[0-9]+$|\\$\\{"),
            read: { node, reader in
                guard let scalar = reader.scalar(node, wanted: "host:port") else { return nil }
                guard let (host, port) = HTTPAddress.hostAndPort(scalar.text), let port else {
                    reader.note(node, "\(reader.shown(scalar)) is no host with a port; write it like 1.1.1.1:443")
                    return nil
                }
                return Configuration.Endpoint(host: host, port: port)
            }, show: { $0.description })
    }
}

extension Configuration.Log {
    static let section = Section(
        "the log", Configuration.Log(),
        [
            Key("level", \.level, .choice, "the least that is written"),
            Key("format", \.format, .choice, "`text` for people, `json` for machines"),
        ])
}

extension Configuration.Limits {
    static let section = Section(
        "limits", Configuration.Limits(),
        [
            Key(
                "concurrentProbes", \.concurrentProbes, .whole(1...10_000), "probes in flight at once, over all models"),
            Key("discoveredModels", \.discoveredModels, .whole(0...100_000), "models that discovery may add"),
            Key("intake", \.intake, .whole(256...10_000_000), "pieces of evidence that may wait"),
            Key(
                "shutdown", \.shutdown, .duration(.seconds(1)...(.seconds(300))),
                "the longest shutdown, draining included"),
        ])
}
