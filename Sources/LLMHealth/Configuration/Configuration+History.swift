public import Health

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
        /// Default 30 d; key `minutes`.
        public var minutes: Duration
        /// Default 400 d; key `hours`.
        public var hours: Duration
        /// Default 5 years; key `days`.
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
}

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
