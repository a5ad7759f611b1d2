package import Health

/// How a ClickHouse that keeps the history is reached, and how its tables are laid out.
package struct ClickHouseConfiguration: Sendable, Hashable {
    /// Its HTTP interface, such as `http://127.0.0.1:8123`.
    package var url: String
    /// Made by the daemon where it is missing; nobody else's tables in it are touched. Default `llm_health`.
    package var database: String
    package var user: String
    package var password: Secret?
    /// Tables are made `ON CLUSTER` this one, with replicated engines; `nil` for one server.
    package var cluster: String?
    /// Where this daemon stands, told with each row. May be empty.
    package var region: String
    /// Which daemon wrote a row, and whose rows it reads: many share one database. Default `default`.
    package var instance: String
    /// Whether rows are compressed on their way; `nil` for where it pays: not within this machine.
    package var isCompressed: Bool?
    /// A file of certificates to be trusted beside the system's; PEM.
    package var certificateAuthority: String?
    /// Whether the tables drop old rows by themselves (`TTL`), beside the pruning. Default true.
    package var hasTTL: Bool
    /// For one exchange. Default 10 s.
    package var timeout: Duration

    package init(
        url: String, database: String = "llm_health", user: String = "default", password: Secret? = nil,
        cluster: String? = nil, region: String = "", instance: String = "default", isCompressed: Bool? = nil,
        certificateAuthority: String? = nil, hasTTL: Bool = true, timeout: Duration = .seconds(10)
    ) {
        self.url = url
        self.database = database
        self.user = user
        self.password = password
        self.cluster = cluster
        self.region = region
        self.instance = instance
        self.isCompressed = isCompressed
        self.certificateAuthority = certificateAuthority
        self.hasTTL = hasTTL
        self.timeout = timeout
    }

    /// Packing takes longer than sending where nothing leaves the machine.
    var compresses: Bool {
        let near = ["://127.", "://localhost:", "://localhost/", "://[::1]"]
        return isCompressed ?? !near.contains { url.contains($0) }
    }
}
