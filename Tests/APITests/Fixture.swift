import Foundation
import HTTPTypes
import Health
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import API

/// An API over a real publisher, and what its tests need around it.
struct Fixture: Sendable {
    /// 2026-11-23T10:00:00Z, where the manual clock starts.
    static let start = Date(timeIntervalSince1970: 1_795_428_000)

    let publisher = FleetPublisher()
    let time = ManualTime(start: start)
    let storage = FakeStorage()
    let notices: NoticeBoard
    let api: HealthAPI

    init(
        models: [ModelHealthStatus] = Fixture.models, components: [ComponentStatus] = [],
        configuration: APIConfiguration = APIConfiguration(port: 0), probe: APIDependencies.Probe? = nil,
        check: @escaping FakeAggregator.Check = { _ throws(HealthCheckError) in },
        processMetrics: @escaping @Sendable () -> [MetricFamily] = { [] },
        readiness: @escaping @Sendable () -> Readiness = { Readiness() }, gatewayMetrics: GatewayMetrics = .none,
        storage whole: (any HealthStorageService)? = nil
    ) {
        // Memory never refuses.
        do { notices = try NoticeBoard(MemoryDocuments()) } catch { preconditionFailure("\(error)") }
        publisher.publish(
            FleetHealth(revision: 7, at: Self.start, models: models, components: components), events: [])
        api = HealthAPI(
            configuration: configuration,
            dependencies: APIDependencies(
                publisher: publisher, notices: notices, aggregator: FakeAggregator(publisher: publisher, check: check),
                storage: whole ?? storage,
                probe: probe, processMetrics: processMetrics, readiness: readiness, gatewayMetrics: gatewayMetrics,
                time: time.timekeeper))
    }

    static func logger() -> Logger { Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }) }

    var application: Application<RouterResponder<BasicRequestContext>> {
        APIServer(api, logger: Self.logger()).application
    }

    /// Answers of the router, without a socket between.
    func with<Value>(_ body: @Sendable (any TestClientProtocol) async throws -> Value) async throws -> Value {
        try await application.test(.router, body)
    }

    func get(_ uri: String, headers: HTTPFields = [:]) async throws -> TestResponse {
        try await send(.get, uri, headers: headers)
    }

    func post(
        _ uri: String, _ body: String, headers: HTTPFields = [.contentType: "application/json"]
    ) async throws -> TestResponse {
        try await send(.post, uri, body, headers: headers)
    }

    /// Every answer is held against the API's document.
    func send(
        _ method: HTTPRequest.Method, _ uri: String, _ body: String? = nil, headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        let response = try await with {
            try await $0.execute(
                uri: uri, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
        }
        let complaint = try DocumentCheck.all.get().complaint(
            of: method, uri, status: response.status.code, headers: response.headers,
            body: Data(response.body.readableBytesView))
        #expect(complaint == nil)
        return response
    }

    /// Puts a newer fleet up.
    func publish(_ models: [ModelHealthStatus], components: [ComponentStatus] = []) {
        publisher.publish(
            FleetHealth(
                revision: publisher.fleet.revision + 1, at: time.timekeeper.now.wall, models: models,
                components: components), events: [])
    }
}

extension Fixture {
    static func at(_ seconds: Double) -> Date { start + seconds }

    /// One model of each status, with everything and with nothing measured.
    static let models: [ModelHealthStatus] = [
        ModelHealthStatus(
            modelId: "gpt-4o", provider: "openai", status: .healthy, score: 97.5,
            reasons: [HealthReason(.passing, "All probes succeed.")], since: at(-3_600),
            routing: RoutingVerdict(.usable, reason: "healthy"),
            latency: LatencyPercentiles(p50: 412.5, p90: 700, p99: 1_250.25), timeToFirstTokenMs: 210,
            errorRate: 0, availability: 0.9985, lastCheck: at(-4), lastSuccessfulResponse: at(-4),
            nextProbeAt: at(11),
            probeResult: ProbeResult(
                modelId: "gpt-4o", outcome: .ok, latency: .milliseconds(500), inputTokens: 9, outputTokens: 3,
                startedAt: at(-4.5)), requestTotal: 240,
            targets: [
                TargetHealth(
                    name: "default", status: .healthy, reason: "All probes succeed.", consecutiveFailures: 0,
                    circuitBreaker: CircuitBreakerStatus(state: .closed))
            ], metadata: ["mode": "chat"]),
        ModelHealthStatus(
            modelId: "meta/llama-3.1/8b", provider: "together", status: .unhealthy, score: 4,
            reasons: [
                HealthReason(.outage, "Every probe since 09:56:40 was refused"),
                HealthReason(.errors, "The share of failures is 0.8.", target: "eu"),
            ], since: at(-200),
            routing: RoutingVerdict(.excluded, reason: "unhealthy", until: at(12)),
            latency: LatencyPercentiles(p50: 90), errorRate: 0.8, availability: 0.75, lastCheck: at(-3),
            lastSuccessfulResponse: at(-215), consecutiveFailures: 6, nextProbeAt: at(12),
            circuitBreaker: CircuitBreakerStatus(state: .open, openedAt: at(-150), openUntil: at(12)),
            probeResult: ProbeResult(
                modelId: "meta/llama-3.1/8b",
                outcome: Outcome(.failing, .connectionRefused, detail: "connection refused"), startedAt: at(-3)),
            requestTotal: 31,
            targets: [
                TargetHealth(
                    name: "eu", status: .unhealthy, reason: "refused", consecutiveFailures: 6,
                    circuitBreaker: CircuitBreakerStatus(state: .open, openedAt: at(-150), openUntil: at(12))),
                TargetHealth(
                    name: "us", status: .unhealthy, reason: "refused", consecutiveFailures: 4,
                    circuitBreaker: CircuitBreakerStatus(state: .closed)),
            ]),
        ModelHealthStatus(
            modelId: "mistral", provider: "ollama", status: .degraded, score: 61,
            reasons: [HealthReason(.slow, "Answers take 3.1 times as long as usual.")], since: at(-60),
            routing: RoutingVerdict(.avoid, reason: "slow"), latency: LatencyPercentiles(p50: 2_950),
            errorRate: 0.05, lastCheck: at(-1), nextProbeAt: at(2),
            circuitBreaker: CircuitBreakerStatus(state: .halfOpen, openedAt: at(-90))),
        ModelHealthStatus(
            modelId: "neu/ä \"x\"\n", provider: "openai", status: .unknown,
            reasons: [HealthReason(.starting, "Not looked at yet.")], since: at(-1),
            routing: RoutingVerdict(.avoid, reason: "unknown")),
    ]

    static let components: [ComponentStatus] = [
        ComponentStatus(kind: .gateway, name: "portkey", status: .healthy, reason: "answers", since: at(-3_600)),
        ComponentStatus(kind: .gateway, name: "eu \"2\"", status: .unhealthy, reason: "refused", since: at(-30)),
        ComponentStatus(kind: .gateway, name: "new", status: .unknown, reason: "not asked yet", since: at(-30)),
        ComponentStatus(kind: .store, name: "sqlite", status: .healthy, reason: "", since: at(-3_600)),
    ]
}

/// Snapshots that a test put there, and what was asked for.
final class FakeStorage: HealthStorageService {
    struct State {
        var snapshots: [HealthSnapshot] = []
        var trends: HealthTrends?
        var error: HealthStorageError?
        var ranges: [TimeRange] = []
        var windows: [Duration] = []
    }
    let state = Mutex(State())

    func store(_ snapshot: HealthSnapshot) async throws(HealthStorageError) {
        state.withLock { $0.snapshots.append(snapshot) }
    }

    func history(of modelID: ModelID, in range: TimeRange) async throws(HealthStorageError) -> [HealthSnapshot] {
        let (error, found) = state.withLock { state in
            state.ranges.append(range)
            return (
                state.error,
                state.snapshots.filter {
                    $0.modelId == modelID && $0.timestamp >= range.from && $0.timestamp < range.to
                }
            )
        }
        if let error { throw error }
        return found
    }

    func trends(of modelID: ModelID, over window: Duration) async throws(HealthStorageError) -> HealthTrends {
        let (error, trends) = state.withLock { state in
            state.windows.append(window)
            return (state.error, state.trends)
        }
        if let error { throw error }
        return trends
            ?? HealthTrends(
                modelId: modelID, range: TimeRange(last: window, endingAt: Fixture.start), buckets: [],
                latency: .unknown, errorRate: .unknown, availability: .unknown)
    }
}

/// An aggregator that has nothing but an immediate check.
struct FakeAggregator: HealthAggregatorService {
    typealias Check = @Sendable (ModelID?) async throws(HealthCheckError) -> Void

    let publisher: FleetPublisher
    let check: Check

    func healthStatus(of modelID: ModelID) async throws(HealthAggregationError) -> ModelHealthStatus {
        guard let model = publisher.fleet[modelID] else { throw HealthAggregationError(message: "none") }
        return model
    }
    func allHealthStatuses() async throws(HealthAggregationError) -> [ModelHealthStatus] { publisher.fleet.models }
    func healthSummary() async -> HealthSummary { publisher.fleet.summary }
    func triggerImmediateCheck(_ modelID: ModelID?) async throws(HealthCheckError) { try await check(modelID) }
    func healthChanges() -> AsyncStream<HealthChangeEvent> { AsyncStream { $0.finish() } }
}

extension TestResponse {
    var text: String { String(buffer: body) }

    var json: JSONValue {
        get throws { try HealthJSON.decoder().decode(JSONValue.self, from: Data(body.readableBytesView)) }
    }

    /// The body, laid out for people.
    var prettyJSON: String {
        get throws {
            String(decoding: try HealthJSON.encoder(pretty: true).encode(try json), as: UTF8.self)
        }
    }

    /// The ids of a list of models.
    var ids: [String] {
        get throws { try #require(try json.array).compactMap { $0["modelId"]?.string } }
    }

    /// Checks that this is a problem of a kind, and returns its detail.
    @discardableResult
    func expectProblem(
        _ kind: String, _ status: Int, field: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        #expect(self.status.code == status, sourceLocation: sourceLocation)
        #expect(headers[.contentType] == "application/problem+json", sourceLocation: sourceLocation)
        #expect(headers[.cacheControl] == "no-store", sourceLocation: sourceLocation)
        let json = try json
        #expect(json["type"]?.string == "urn:llm-health:problem:\(kind)", sourceLocation: sourceLocation)
        #expect(json["status"]?.number == Double(status), sourceLocation: sourceLocation)
        #expect(json["title"]?.string?.isEmpty == false, sourceLocation: sourceLocation)
        #expect(json["field"]?.string == field, sourceLocation: sourceLocation)
        return try #require(json["detail"]?.string, sourceLocation: sourceLocation)
    }
}
