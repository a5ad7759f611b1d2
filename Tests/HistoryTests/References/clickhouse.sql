CREATE DATABASE IF NOT EXISTS `llm_health`;

CREATE TABLE IF NOT EXISTS `llm_health`.llm_health_migrations (
    name String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
) ENGINE = MergeTree() ORDER BY name;

CREATE TABLE IF NOT EXISTS `llm_health`.llm_health_snapshots (
    region LowCardinality(String),
    instance LowCardinality(String),
    model_id LowCardinality(String),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    provider LowCardinality(String),
    status Enum8('healthy' = 0, 'unknown' = 1, 'degraded' = 2, 'unhealthy' = 3),
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
    previous_status Enum8('healthy' = 0, 'unknown' = 1, 'degraded' = 2, 'unhealthy' = 3, 'idle' = 4),
    version UInt64 DEFAULT bitNot(toUInt64(toUnixTimestamp64Nano(now64(9)))) CODEC(ZSTD(1))
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMMDD(at) ORDER BY (instance, model_id, at)
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS `llm_health`.llm_health_changes (
    region LowCardinality(String),
    instance LowCardinality(String),
    seq UInt64 CODEC(DoubleDelta, ZSTD(1)),
    model_id LowCardinality(String),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    provider LowCardinality(String),
    previous_status Enum8('healthy' = 0, 'unknown' = 1, 'degraded' = 2, 'unhealthy' = 3),
    current_status Enum8('healthy' = 0, 'unknown' = 1, 'degraded' = 2, 'unhealthy' = 3),
    reasons String CODEC(ZSTD(3)),
    version UInt64 DEFAULT bitNot(toUInt64(toUnixTimestamp64Nano(now64(9)))) CODEC(ZSTD(1))
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(at) ORDER BY (instance, seq)
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS `llm_health`.llm_health_minutes (
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
) ENGINE = AggregatingMergeTree()
PARTITION BY toYYYYMMDD(at) ORDER BY (instance, model_id, at)
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS `llm_health`.llm_health_hours (
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
) ENGINE = AggregatingMergeTree()
PARTITION BY toYYYYMM(at) ORDER BY (instance, model_id, at)
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS `llm_health`.llm_health_days (
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
) ENGINE = AggregatingMergeTree()
PARTITION BY toYear(at) ORDER BY (instance, model_id, at)
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS `llm_health`.llm_health_minutes_of_figures TO `llm_health`.llm_health_minutes AS
SELECT s.instance AS instance, s.model_id AS model_id, toStartOfMinute(toDateTime(s.at)) AS at,
    count() AS snapshots, sum(s.request_count) AS requests,
    sum(s.request_count * ifNull(s.error_rate, 0)) AS errors,
    sumMap(if(isNull(s.latency_p50) OR s.request_count = 0, CAST(map(), 'Map(Int32, UInt64)'), map(toInt32(least(greatest(ceil(log(greatest(assumeNotNull(s.latency_p50) / 1000, 1e-5)) * 49.99833328888678), -575), 410)), s.request_count))) AS latency_p50, sumMap(if(isNull(s.latency_p90) OR s.request_count = 0, CAST(map(), 'Map(Int32, UInt64)'), map(toInt32(least(greatest(ceil(log(greatest(assumeNotNull(s.latency_p90) / 1000, 1e-5)) * 49.99833328888678), -575), 410)), s.request_count))) AS latency_p90, sumMap(if(isNull(s.latency_p99) OR s.request_count = 0, CAST(map(), 'Map(Int32, UInt64)'), map(toInt32(least(greatest(ceil(log(greatest(assumeNotNull(s.latency_p99) / 1000, 1e-5)) * 49.99833328888678), -575), 410)), s.request_count))) AS latency_p99
FROM `llm_health`.llm_health_snapshots AS s GROUP BY instance, model_id, at;

CREATE MATERIALIZED VIEW IF NOT EXISTS `llm_health`.llm_health_minutes_of_spans TO `llm_health`.llm_health_minutes AS
SELECT instance, model_id, toDateTime(intDiv(minute, 1000), 'UTC') AS at,
    sumIf(span, state = 'healthy') AS healthy_ms, sumIf(span, state = 'degraded') AS degraded_ms, sumIf(span, state = 'unhealthy') AS unhealthy_ms, sumIf(span, state = 'unknown') AS unknown_ms, sumIf(span, state = 'idle') AS idle_ms, max(if(state = 'idle', 0, toUInt8(state))) AS worst
FROM (
    SELECT instance, model_id, state,
        arrayJoin(range(intDiv(since, 60000), intDiv(until - 1, 60000) + 1)) * 60000 AS minute,
        toUInt64(least(until, minute + 60000) - greatest(since, minute)) AS span
    FROM (
        SELECT s.instance AS instance, s.model_id AS model_id, s.previous_status AS state,
            toUnixTimestamp64Milli(assumeNotNull(s.previous_at)) AS since,
            toUnixTimestamp64Milli(s.at) AS next,
            if(next - since > 180000, since + 60000, next) AS until
        FROM `llm_health`.llm_health_snapshots AS s WHERE isNotNull(s.previous_at) AND s.at > s.previous_at
    )
) GROUP BY instance, model_id, at;

CREATE MATERIALIZED VIEW IF NOT EXISTS `llm_health`.llm_health_hours_of_minutes TO `llm_health`.llm_health_hours AS
SELECT s.instance AS instance, s.model_id AS model_id, toStartOfHour(s.at) AS at,
    sum(s.snapshots) AS snapshots, sum(s.requests) AS requests, sum(s.errors) AS errors, sum(s.healthy_ms) AS healthy_ms, sum(s.degraded_ms) AS degraded_ms, sum(s.unhealthy_ms) AS unhealthy_ms, sum(s.unknown_ms) AS unknown_ms, sum(s.idle_ms) AS idle_ms, max(s.worst) AS worst, sumMap(s.latency_p50) AS latency_p50, sumMap(s.latency_p90) AS latency_p90, sumMap(s.latency_p99) AS latency_p99
FROM `llm_health`.llm_health_minutes AS s GROUP BY instance, model_id, at;

CREATE MATERIALIZED VIEW IF NOT EXISTS `llm_health`.llm_health_days_of_hours TO `llm_health`.llm_health_days AS
SELECT s.instance AS instance, s.model_id AS model_id, toDateTime(toStartOfDay(s.at), 'UTC') AS at,
    sum(s.snapshots) AS snapshots, sum(s.requests) AS requests, sum(s.errors) AS errors, sum(s.healthy_ms) AS healthy_ms, sum(s.degraded_ms) AS degraded_ms, sum(s.unhealthy_ms) AS unhealthy_ms, sum(s.unknown_ms) AS unknown_ms, sum(s.idle_ms) AS idle_ms, max(s.worst) AS worst, sumMap(s.latency_p50) AS latency_p50, sumMap(s.latency_p90) AS latency_p90, sumMap(s.latency_p99) AS latency_p99
FROM `llm_health`.llm_health_hours AS s GROUP BY instance, model_id, at;
