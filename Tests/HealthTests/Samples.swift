import Foundation
import Health

/// One value of every type that becomes JSON, with a figure in every field and, where it can, with none.
enum Samples {
    /// 2026-11-23T10:00:00.000Z.
    static let noon = Date(timeIntervalSince1970: 1_795_428_000)

    static func at(_ seconds: Double) -> Date { noon + seconds }

    static let probeConfig = ProbeConfig(
        modelId: "openai/gpt-4o", prompt: "ping", maxTokens: 16, temperature: 0.5, timeout: .seconds(7.5),
        metadata: ["probe": "canary", "service": "llm-health", "attempt": 3, "dry": false, "parent": nil])
    static let probeConfigDefaults = ProbeConfig(modelId: "gpt-4o-mini")

    static let probeResult = ProbeResult(
        modelId: "openai/gpt-4o", target: "eu", outcome: .ok, latency: .milliseconds(500),
        phases: .init(
            connect: .milliseconds(31.25), head: .milliseconds(125), firstByte: .milliseconds(187.5),
            firstToken: .milliseconds(250), longestGap: .milliseconds(62.5)),
        inputTokens: 8, outputTokens: 2, isStreamed: true, answeredModel: "gpt-4o-2024-08-06", startedAt: at(-0.5),
        isCached: true, note: "uses max_completion_tokens")
    static let failedProbe = ProbeResult(
        modelId: "haiku",
        outcome: Outcome(
            .rateLimited, .rateLimit, detail: "HTTP 429: slow down", httpStatus: 429, retryAfter: .seconds(30)),
        latency: nil, startedAt: noon)

    static let percentiles = LatencyPercentiles(p50: 612.5, p90: 900, p99: 2_000.125)

    static let model = ModelHealthStatus(
        modelId: "openai/gpt-4o", provider: "openai", status: .degraded, score: 62.5,
        reasons: [
            HealthReason(.errors, "3 of the last 20 probes failed."),
            HealthReason(.target, "Connection refused.", target: "us"),
        ],
        since: at(-90), routing: RoutingVerdict(.avoid, reason: "Several looks failed.", until: at(2)),
        latency: percentiles, timeToFirstTokenMs: 250, errorRate: 0.15, availability: 0.9975, lastCheck: noon,
        lastSuccessfulResponse: at(-15), consecutiveFailures: 2, nextProbeAt: at(2),
        circuitBreaker: CircuitBreakerStatus(state: .open, openedAt: at(-60), openUntil: at(15)),
        probeResult: probeResult, requestTotal: 1_234,
        targets: [
            TargetHealth(
                name: "us", status: .unhealthy, reason: "Connection refused.", consecutiveFailures: 7,
                circuitBreaker: CircuitBreakerStatus(state: .halfOpen, openedAt: at(-60)))
        ],
        metadata: ["mode": "chat", "capabilities": ["vision", "tools"]])
    static let unknownModel = ModelHealthStatus(
        modelId: "haiku", provider: "anthropic", status: .unknown,
        reasons: [HealthReason(.starting, "Nothing has been observed yet.")], since: noon,
        routing: RoutingVerdict(.avoid, reason: "Nothing has been observed yet."))

    static let snapshot = HealthSnapshot(model, at: noon, requestCount: 12)
    static let emptySnapshot = HealthSnapshot(unknownModel, at: noon, requestCount: 0)

    static let event = HealthChangeEvent(
        seq: 42, modelId: "openai/gpt-4o", provider: "openai", previousStatus: .healthy, currentStatus: .unhealthy,
        timestamp: at(0.25),
        reasons: [
            HealthReason(.outage, "5 probes in a row failed since 10:00:00: connection refused."),
            HealthReason(.target, "Connection refused.", target: "us"),
        ])

    static let fleet = FleetHealth(
        revision: 7, at: noon, models: [model, unknownModel],
        components: [
            ComponentStatus(
                kind: .gateway, name: "portkey", status: .healthy, reason: "Answering.", since: at(-3_600))
        ])

    static let range = TimeRange(last: .seconds(3_600), endingAt: noon)

    static let trends = HealthTrends(
        modelId: "openai/gpt-4o", range: range,
        buckets: [
            HealthTrends.Bucket(
                start: at(-3_600), width: 1_800, latency: percentiles, errorRate: 0.02, availability: 1,
                requestCount: 120, worstStatus: .degraded)
        ], latency: .worsening, errorRate: .steady, availability: .improving)

    static let metrics = ModelMetrics(
        modelId: "openai/gpt-4o", range: range, requestCount: 200, errorCount: 3, errorRate: 0.015,
        latency: percentiles, source: "history")

    static let portkey = PortkeyMetrics(
        timestamp: noon,
        providers: [
            .init(
                name: "openai",
                models: [
                    .init(
                        id: "gpt-4o", requestCount: ["200": 197, "503": 3],
                        latencyHistogram: ["100": 20, "1000": 190, "+Inf": 200], errorCount: 3, successCount: 197)
                ])
        ])

    static let breakers = [
        CircuitBreakerStatus(state: .closed),
        CircuitBreakerStatus(state: .open, openedAt: at(-60), openUntil: at(15)),
        CircuitBreakerStatus(state: .halfOpen, openedAt: at(-60)),
    ]

    static let local = LocalModelStatus(
        service: .lmStudio, endpoint: "http://127.0.0.1:1234", isAvailable: true, version: "0.3.9",
        models: [
            LocalModel(
                name: "qwen2.5-7b", state: .loaded, isOnCPU: true, sizeBytes: 4_700_000_000,
                details: ["quantization": "Q4_K_M", "contextLength": 8_192]),
            LocalModel(name: "nomic-embed", state: .idle, mode: .embedding),
        ], checkedAt: noon, ageSeconds: 1.5)
    static let silentLocal = LocalModelStatus(
        service: .ollama, endpoint: "http://127.0.0.1:11434", isAvailable: false, checkedAt: noon, ageSeconds: 12,
        error: "connection refused")
}
