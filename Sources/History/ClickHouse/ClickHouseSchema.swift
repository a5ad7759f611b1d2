import Health

/// The tables that ClickHouse keeps the history in, by named steps. A step that has been released is never edited; a new
/// one is added.
///
/// Snapshots and changes replace themselves where they come twice; minutes, hours and days add themselves up from what
/// is inserted, each from the one before.
struct ClickHouseSchema: Sendable {
    struct Step: Sendable {
        var name: String
        var statements: [String]
    }

    let database: String
    let cluster: String?

    init(database: String, cluster: String?) {
        self.database = database
        self.cluster = cluster
    }

    static let states = "'healthy' = 0, 'unknown' = 1, 'degraded' = 2, 'unhealthy' = 3"
    /// Inserts known again by their token.
    private static let window = 10_000

    /// Before everything else.
    var createDatabase: String { "CREATE DATABASE IF NOT EXISTS \(name(database))\(onCluster)" }

    var createMigrations: String {
        """
        CREATE TABLE IF NOT EXISTS \(table("llm_health_migrations"))\(onCluster) (
            name String,
            applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
        ) ENGINE = \(engine("MergeTree")) ORDER BY name
        """
    }

    var steps: [Step] {
        [
            Step(name: "v1 snapshots and changes", statements: [snapshots, changes]),
            Step(
                name: "v2 roll-ups",
                statements: RollUpWidth.allCases.map(sums) + [
                    figuresOfSnapshots, spansOfSnapshots, sumsOfSums(.hour, from: .minute),
                    sumsOfSums(.day, from: .hour),
                ]),
        ]
    }

    // MARK: Rows

    private var snapshots: String {
        """
        CREATE TABLE IF NOT EXISTS \(table("llm_health_snapshots"))\(onCluster) (
            region LowCardinality(String),
            instance LowCardinality(String),
            model_id LowCardinality(String),
            at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
            provider LowCardinality(String),
            status Enum8(\(Self.states)),
            score Nullable(Float64) CODEC(ZSTD(1)),
            reason LowCardinality(String),
            latency_p50 Nullable(Float64) CODEC(ZSTD(1)),
            latency_p90 Nullable(Float64) CODEC(ZSTD(1)),
            latency_p99 Nullable(Float64) CODEC(ZSTD(1)),
            error_rate Nullable(Float64) CODEC(ZSTD(1)),
            request_count UInt64 CODEC(T64, ZSTD(1)),
            availability Nullable(Float64) CODEC(ZSTD(1)),
            probe_success Nullable(UInt8),
            probe_latency Nullable(Float64) CODEC(ZSTD(1)),
            probe_error Nullable(String) CODEC(ZSTD(3)),
            previous_at Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
            previous_status Enum8(\(Self.states), 'idle' = 4),
            version UInt64 DEFAULT bitNot(toUInt64(toUnixTimestamp64Nano(now64(9)))) CODEC(ZSTD(1))
        ) ENGINE = \(engine("ReplacingMergeTree", "version"))
        PARTITION BY toYYYYMMDD(at) ORDER BY (instance, model_id, at)
        \(settings)
        """
    }

    private var changes: String {
        """
        CREATE TABLE IF NOT EXISTS \(table("llm_health_changes"))\(onCluster) (
            region LowCardinality(String),
            instance LowCardinality(String),
            seq UInt64 CODEC(DoubleDelta, ZSTD(1)),
            model_id LowCardinality(String),
            at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
            provider LowCardinality(String),
            previous_status Enum8(\(Self.states)),
            current_status Enum8(\(Self.states)),
            reasons String CODEC(ZSTD(3)),
            version UInt64 DEFAULT bitNot(toUInt64(toUnixTimestamp64Nano(now64(9)))) CODEC(ZSTD(1))
        ) ENGINE = \(engine("ReplacingMergeTree", "version"))
        PARTITION BY toYYYYMM(at) ORDER BY (instance, seq)
        \(settings)
        """
    }

    // MARK: Sums

    private func sums(_ width: RollUpWidth) -> String {
        let partition =
            switch width {
            case .minute: "toYYYYMMDD(at)"
            case .hour: "toYYYYMM(at)"
            case .day: "toYear(at)"
            }
        return """
            CREATE TABLE IF NOT EXISTS \(table(width.table))\(onCluster) (
                instance LowCardinality(String),
                model_id LowCardinality(String),
                at DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
                snapshots SimpleAggregateFunction(sum, UInt64),
                requests SimpleAggregateFunction(sum, UInt64),
                errors SimpleAggregateFunction(sum, Float64),
                healthy_ms SimpleAggregateFunction(sum, UInt64),
                degraded_ms SimpleAggregateFunction(sum, UInt64),
                unhealthy_ms SimpleAggregateFunction(sum, UInt64),
                unknown_ms SimpleAggregateFunction(sum, UInt64),
                idle_ms SimpleAggregateFunction(sum, UInt64),
                worst SimpleAggregateFunction(max, UInt8),
                latency_p50 SimpleAggregateFunction(sumMap, Map(Int32, UInt64)),
                latency_p90 SimpleAggregateFunction(sumMap, Map(Int32, UInt64)),
                latency_p99 SimpleAggregateFunction(sumMap, Map(Int32, UInt64))
            ) ENGINE = \(engine("AggregatingMergeTree"))
            PARTITION BY \(partition) ORDER BY (instance, model_id, at)
            \(settings)
            """
    }

    private var figuresOfSnapshots: String {
        view("llm_health_minutes_of_figures", to: .minute, Self.figures(from: table("llm_health_snapshots") + " AS s"))
    }

    private var spansOfSnapshots: String {
        view("llm_health_minutes_of_spans", to: .minute, Self.spans(from: table("llm_health_snapshots") + " AS s"))
    }

    private func sumsOfSums(_ width: RollUpWidth, from finer: RollUpWidth) -> String {
        let start = width == .hour ? "toStartOfHour(s.at)" : "toDateTime(toStartOfDay(s.at), 'UTC')"
        let sums = [
            "snapshots", "requests", "errors", "healthy_ms", "degraded_ms", "unhealthy_ms", "unknown_ms", "idle_ms",
        ].map { "sum(s.\($0)) AS \($0)" }
        let maps = ["latency_p50", "latency_p90", "latency_p99"].map { "sumMap(s.\($0)) AS \($0)" }
        return view(
            width == .hour ? "llm_health_hours_of_minutes" : "llm_health_days_of_hours", to: width,
            """
            SELECT s.instance AS instance, s.model_id AS model_id, \(start) AS at,
                \((sums + ["max(s.worst) AS worst"] + maps).joined(separator: ", "))
            FROM \(table(finer.table)) AS s GROUP BY instance, model_id, at
            """)
    }

    /// Counts, errors and latencies of snapshots, by minute: what `LatencySketch` does, where the rows are.
    static func figures(from rows: String) -> String {
        let indices = LatencySketch.indices
        func sketch(_ column: String) -> String {
            let index =
                "toInt32(least(greatest(ceil(log(greatest(assumeNotNull(s.\(column)) / 1000, 1e-5)) * \(LatencySketch.indexScale)), \(indices.lowerBound)), \(indices.upperBound)))"
            return
                "sumMap(if(isNull(s.\(column)) OR s.request_count = 0, CAST(map(), 'Map(Int32, UInt64)'), map(\(index), s.request_count))) AS \(column)"
        }
        return """
            SELECT s.instance AS instance, s.model_id AS model_id, toStartOfMinute(toDateTime(s.at)) AS at,
                count() AS snapshots, sum(s.request_count) AS requests,
                sum(s.request_count * ifNull(s.error_rate, 0)) AS errors,
                \(["latency_p50", "latency_p90", "latency_p99"].map(sketch).joined(separator: ", "))
            FROM \(rows) GROUP BY instance, model_id, at
            """
    }

    /// What each snapshot settles of the time before it, by minute: what `RollUpBuilder` does, where the rows are.
    ///
    /// - Parameter condition: on `minute`, milliseconds since 1970.
    static func spans(from rows: String, where condition: String? = nil) -> String {
        let silence = StatusTimeline.longestSilence.wholeMilliseconds
        let rhythm = StatusTimeline.rhythm.wholeMilliseconds
        func sum(_ state: String) -> String { "sumIf(span, state = '\(state)') AS \(state)_ms" }
        let states = ["healthy", "degraded", "unhealthy", "unknown", "idle"]
        return """
            SELECT instance, model_id, toDateTime(intDiv(minute, 1000), 'UTC') AS at,
                \(states.map(sum).joined(separator: ", ")), max(if(state = 'idle', 0, toUInt8(state))) AS worst
            FROM (
                SELECT instance, model_id, state,
                    arrayJoin(range(intDiv(since, 60000), intDiv(until - 1, 60000) + 1)) * 60000 AS minute,
                    toUInt64(least(until, minute + 60000) - greatest(since, minute)) AS span
                FROM (
                    SELECT s.instance AS instance, s.model_id AS model_id, s.previous_status AS state,
                        toUnixTimestamp64Milli(assumeNotNull(s.previous_at)) AS since,
                        toUnixTimestamp64Milli(s.at) AS next,
                        if(next - since > \(silence), since + \(rhythm), next) AS until
                    FROM \(rows) WHERE isNotNull(s.previous_at) AND s.at > s.previous_at
                )
            )\(condition.map { " WHERE \($0)" } ?? "") GROUP BY instance, model_id, at
            """
    }

    private func view(_ name: String, to width: RollUpWidth, _ select: String) -> String {
        "CREATE MATERIALIZED VIEW IF NOT EXISTS \(table(name))\(onCluster) TO \(table(width.table)) AS\n\(select)"
    }

    // MARK: Where and how

    func table(_ name: String) -> String { "\(self.name(database)).\(name)" }

    var onCluster: String { cluster.map { " ON CLUSTER \(name($0))" } ?? "" }

    private func engine(_ kind: String, _ arguments: String...) -> String {
        guard cluster != nil else { return "\(kind)(\(arguments.joined(separator: ", ")))" }
        let places = ["'/clickhouse/tables/{shard}/{database}/{table}'", "'{replica}'"]
        return "Replicated\(kind)(\((places + arguments).joined(separator: ", ")))"
    }

    /// Replicated tables know inserts again by themselves.
    private var settings: String {
        cluster == nil
            ? "SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = \(Self.window)"
            : "SETTINGS ttl_only_drop_parts = 1, replicated_deduplication_window = \(Self.window)"
    }

    private func name(_ text: String) -> String {
        "`" + text.replacing("\\", with: "\\\\").replacing("`", with: "\\`") + "`"
    }
}
