import Foundation
import Health
import History
import TestSupport
import Testing

/// The metrics service over the daemon's own history: result, errors, cancellation for each method.
@Suite(.timeLimit(.minutes(5)))
struct HistoryMetricsTests {
    let store: FaultyStore
    let publisher = FleetPublisher()
    let service: any OTelMetricsService
    private let base: StoreUnderTest

    init() async throws {
        base = try await StoreUnderTest(.sqlite)
        store = FaultyStore(base.store)
        service = HistoryMetrics(store: store, publisher: publisher)
        publisher.publish(
            FleetHealth(
                revision: 1, at: .at(600),
                models: [
                    .sample("gpt-4o"), .sample("new"),
                    .sample(
                        "broken", .unhealthy, breaker: .init(state: .open, openedAt: .at(500), openUntil: .at(615))),
                ]), events: [])
    }

    private func fill() async throws {
        try await store.append([
            .sample(at: 60, p50: 100, errorRate: 0, requests: 30),
            .sample(at: 120, p50: 200, errorRate: 0.5, requests: 10),
            .sample(at: 180, p50: 900, errorRate: 1, requests: 0),
            .sample(at: 240, p50: 300, errorRate: 0, requests: 20),
            .sample("former", at: 60, requests: 7),
        ])
    }

    @Test
    func `metrics sum the requests and weigh the figures by them`() async throws {
        try await fill()
        let metrics = try await service.metrics(of: "gpt-4o", in: .from(0, to: 200))
        #expect(metrics.requestCount == 40)
        #expect(metrics.errorCount == 5)
        #expect(metrics.errorRate == 0.125)
        #expect(metrics.latency == LatencyPercentiles(p50: 100, p90: 200, p99: 400))
        #expect(metrics.source == "history")
        #expect(metrics.modelId == "gpt-4o")
        #expect(metrics.range == .from(0, to: 200))
    }

    @Test
    func `an error rate is that of the window that ends now`() async throws {
        try await fill()
        #expect(try await service.errorRate(of: "gpt-4o", over: .seconds(600)) == 5 / 60.0)
        #expect(try await service.errorRate(of: "gpt-4o", over: .seconds(500)) == 5 / 30.0)
        #expect(try await service.errorRate(of: "gpt-4o", over: .seconds(400)) == 0)
    }

    @Test
    func `percentiles are those of the window that ends now`() async throws {
        try await fill()
        #expect(try await service.latencyPercentiles(of: "gpt-4o", over: .seconds(400)).p50 == 300)
        #expect(try await service.latencyPercentiles(of: "gpt-4o", over: .seconds(500)).p50 == 300)
        #expect(try await service.latencyPercentiles(of: "gpt-4o", over: .seconds(600)).p99 == 600)
    }

    @Test(arguments: ["gpt-4o", "new", "former"] as [ModelID])
    func `a window without requests has no figures`(model: ModelID) async throws {
        try await fill()
        let range = TimeRange.from(170, to: 190)
        let metrics = try await service.metrics(of: model, in: range)
        #expect(metrics.requestCount == 0)
        #expect(metrics.errorCount == 0)
        #expect(metrics.errorRate == nil)
        #expect(metrics.latency == LatencyPercentiles())
        #expect(try await service.errorRate(of: model, over: .seconds(1)) == nil)
        #expect(try await service.latencyPercentiles(of: model, over: .seconds(1)) == LatencyPercentiles())
    }

    @Test
    func `a model known only by a change has a past`() async throws {
        try await store.append([], [.sample(1, "removed", at: 1)])
        #expect(try await service.errorRate(of: "removed", over: .seconds(60)) == nil)
    }

    @Test
    func `a model nobody has heard of is an error in each query`() async throws {
        try await fill()
        for error in await errors(of: "nobody") {
            guard case .storage(let storage)? = error else {
                Issue.record("got \(String(describing: error))")
                continue
            }
            #expect(storage.operation == .query)
            #expect(storage.message.contains("no model 'nobody'"))
        }
    }

    @Test
    func `a store that is away is an error in each query`() async throws {
        store.fault = .fails
        for error in await errors(of: "gpt-4o") {
            guard case .storage(let storage)? = error else {
                Issue.record("got \(String(describing: error))")
                continue
            }
            #expect(storage.description.contains("the disk is full"))
        }
    }

    @Test
    func `each query is given up when its task is cancelled`() async throws {
        try await fill()
        let outcomes = await withTaskGroup(of: [MetricsQueryError?].self) { group in
            group.cancelAll()
            group.addTask { await self.errors(of: "gpt-4o") }
            return await group.next() ?? []
        }
        #expect(outcomes.count == 3)
        for error in outcomes {
            guard case .storage(let storage)? = error else {
                Issue.record("got \(String(describing: error))")
                continue
            }
            #expect(storage.isCancellation)
        }
    }

    @Test(arguments: [Duration.zero, .seconds(-1)])
    func `a window that is none is refused`(window: Duration) async throws {
        await #expect(throws: MetricsQueryError.self) { _ = try await service.errorRate(of: "gpt-4o", over: window) }
        await #expect(throws: MetricsQueryError.self) {
            _ = try await service.latencyPercentiles(of: "gpt-4o", over: window)
        }
    }

    @Test
    func `the breaker is the fleet's, and closed for a stranger`() async throws {
        let open = await service.circuitBreakerStatus(of: "broken")
        #expect(open == CircuitBreakerStatus(state: .open, openedAt: .at(500), openUntil: .at(615)))
        #expect(await service.circuitBreakerStatus(of: "gpt-4o").state == .closed)
        #expect(await service.circuitBreakerStatus(of: "nobody").state == .closed)
        store.fault = .fails
        #expect(await service.circuitBreakerStatus(of: "broken").state == .open)
    }

    private func errors(of model: ModelID) async -> [MetricsQueryError?] {
        var errors: [MetricsQueryError?] = []
        do throws(MetricsQueryError) {
            _ = try await service.metrics(of: model, in: .from(0, to: 600))
            errors.append(nil)
        } catch {
            errors.append(error)
        }
        do throws(MetricsQueryError) {
            _ = try await service.errorRate(of: model, over: .seconds(600))
            errors.append(nil)
        } catch {
            errors.append(error)
        }
        do throws(MetricsQueryError) {
            _ = try await service.latencyPercentiles(of: model, over: .seconds(600))
            errors.append(nil)
        } catch {
            errors.append(error)
        }
        return errors
    }
}
