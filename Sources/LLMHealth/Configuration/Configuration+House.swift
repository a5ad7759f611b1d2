public import Health

// The daemon's own house: store, network, log and limits.

extension Configuration {
    /// Where the past is kept.
    public struct Store: Sendable, Hashable {
        /// The SQLite file, `:memory:` for none; default `./llm-health.db`; key `sqlite.path`.
        public var path: String
        /// A ClickHouse that keeps the past in place of the file; key `clickhouse`.
        public var clickhouse: ClickHouse
        /// How long snapshots are kept; default 7 d; key `retention`.
        public var retention: Duration
        /// How long the sums of minutes, hours and days are kept; keys `rollUps.minutes`, `rollUps.hours`,
        /// `rollUps.days`.
        public var rollUps: RollUps
        /// Bytes of rows that may wait on disk while the store is away; 0 keeps none there; default 256 MiB; key
        /// `spillMegabytes`.
        public var spillMegabytes: Int
        /// Bytes of compressed evidence that are kept for `replay`; 0 keeps none; default 64 MiB; key
        /// `evidenceMegabytes`.
        public var evidenceMegabytes: Int

        /// Defaults as the properties say.
        public init(
            path: String = "./llm-health.db", clickhouse: ClickHouse = ClickHouse(),
            retention: Duration = .seconds(7 * 86_400), rollUps: RollUps = RollUps(), spillMegabytes: Int = 256,
            evidenceMegabytes: Int = 64
        ) {
            self.path = path
            self.clickhouse = clickhouse
            self.retention = retention
            self.rollUps = rollUps
            self.spillMegabytes = spillMegabytes
            self.evidenceMegabytes = evidenceMegabytes
        }

        /// Whether the past ends with the process.
        public var isInMemory: Bool { path == ":memory:" && clickhouse.url == nil }
    }

    /// How long sums are kept.
    public struct RollUps: Sendable, Hashable {
        /// Default 30 d.
        public var minutes: Duration
        /// Default 400 d.
        public var hours: Duration
        /// Default 5 years.
        public var days: Duration

        /// Defaults as the properties say.
        public init(
            minutes: Duration = .seconds(30 * 86_400), hours: Duration = .seconds(400 * 86_400),
            days: Duration = .seconds(1_830 * 86_400)
        ) {
            self.minutes = minutes
            self.hours = hours
            self.days = days
        }
    }

    /// A ClickHouse that keeps the past.
    public struct ClickHouse: Sendable, Hashable {
        /// Its HTTP interface; `nil` for none; key `url`.
        public var url: String?
        /// Default `llm_health`; key `database`.
        public var database: String
        /// Default `default`; key `user`.
        public var user: String
        /// Key `password`.
        public var password: Secret?
        /// Tables are made `ON CLUSTER` this one with replicated engines; key `cluster`.
        public var cluster: String?
        /// Where this daemon stands; key `region`.
        public var region: String?
        /// Which daemon wrote a row; default `default`; key `instance`.
        public var instance: String
        /// PEM file of certificate authorities that are trusted beside the system's; key `caFile`.
        public var caFile: String?

        /// Defaults as the properties say.
        public init(
            url: String? = nil, database: String = "llm_health", user: String = "default", password: Secret? = nil,
            cluster: String? = nil, region: String? = nil, instance: String = "default", caFile: String? = nil
        ) {
            self.url = url
            self.database = database
            self.user = user
            self.password = password
            self.cluster = cluster
            self.region = region
            self.instance = instance
            self.caFile = caFile
        }
    }

    /// How we get out.
    public struct Network: Sendable, Hashable {
        /// For hosts off this machine; default `HTTPS_PROXY` of the environment; key `proxy`.
        public var proxy: Proxy?
        /// Hosts and domains that are reached without it; default `NO_PROXY` of the environment; key `noProxy`.
        public var noProxy: [String]
        /// PEM file of certificate authorities that are trusted beside the system's; key `caFile`.
        public var caFile: String?
        /// PEM file of the certificate we show; key `clientCertificate`.
        public var clientCertificate: String?
        /// PEM file of its private key; key `clientKey`.
        public var clientKey: String?
        /// What must be reachable while our own network works; without it an outage of many hosts counts against
        /// them; key `connectivityCheck`, `host:port`.
        public var connectivityCheck: Endpoint?

        /// Defaults as the properties say.
        public init(
            proxy: Proxy? = nil, noProxy: [String] = [], caFile: String? = nil, clientCertificate: String? = nil,
            clientKey: String? = nil, connectivityCheck: Endpoint? = nil
        ) {
            self.proxy = proxy
            self.noProxy = noProxy
            self.caFile = caFile
            self.clientCertificate = clientCertificate
            self.clientKey = clientKey
            self.connectivityCheck = connectivityCheck
        }
    }

    /// An HTTP proxy, written `http://[user:password@]host:port`.
    public struct Proxy: Sendable, Hashable {
        /// A name or an address.
        public var host: String
        /// 1…65535.
        public var port: Int
        /// `nil` where the proxy wants none.
        public var user: Secret?
        /// `nil` where the proxy wants none.
        public var password: Secret?

        /// A proxy without a user by default.
        public init(host: String, port: Int, user: Secret? = nil, password: Secret? = nil) {
            self.host = host
            self.port = port
            self.user = user
            self.password = password
        }
    }

    /// A host and a TCP port.
    public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
        /// A name or an address.
        public var host: String
        /// 1…65535.
        public var port: Int

        /// An address to be connected to.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    /// The daemon's own log, on standard error.
    public struct Log: Sendable, Hashable {
        /// From `trace`, everything, to `critical`.
        public enum Level: String, Sendable, Hashable, CaseIterable {
            /// From the most to the least talkative.
            case trace, debug, info, notice, warning, error, critical
        }
        /// How a line is written.
        public enum Format: String, Sendable, Hashable, CaseIterable {
            /// One line an event, for people.
            case text
            /// One JSON object an event.
            case json
        }

        /// Default `info`; key `level`.
        public var level: Level
        /// Default `text`; key `format`.
        public var format: Format

        /// Default: text, from `info` on.
        public init(level: Level = .info, format: Format = .text) {
            self.level = level
            self.format = format
        }
    }

    /// What the daemon may use.
    public struct Limits: Sendable, Hashable {
        /// Probes in flight at once, over all models; default 256; key `concurrentProbes`.
        public var concurrentProbes: Int
        /// Models that discovery may add; default 500; key `discoveredModels`.
        public var discoveredModels: Int
        /// Pieces of evidence that may wait; default 65,536; key `intake`.
        public var intake: Int
        /// The longest shutdown, draining included; default 10 s; key `shutdown`.
        public var shutdown: Duration

        /// Defaults as the properties say.
        public init(
            concurrentProbes: Int = 256, discoveredModels: Int = 500,
            intake: Int = 65_536, shutdown: Duration = .seconds(10)
        ) {
            self.concurrentProbes = concurrentProbes
            self.discoveredModels = discoveredModels
            self.intake = intake
            self.shutdown = shutdown
        }
    }
}
