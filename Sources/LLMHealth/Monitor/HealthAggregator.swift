package import Health

/// The mission's aggregator service over the FleetPublisher and the prober: reads never wait for evidence to be weighed.
package struct HealthAggregator: HealthAggregatorService {
    private let publisher: FleetPublisher
    private let decision: DecisionLoop
    private let check: @Sendable (ModelID) async throws(HealthCheckError) -> ProbeResult

    /// Events that one reader may have waiting.
    package static let eventBuffer = 1_024
    /// Immediate checks that run at once when all models are asked for.
    private static let checksAtOnce = 32

    /// - Parameter check: probes one model now, or asks its local runtime.
    package init(
        publisher: FleetPublisher, decision: DecisionLoop,
        check: @escaping @Sendable (ModelID) async throws(HealthCheckError) -> ProbeResult
    ) {
        self.publisher = publisher
        self.decision = decision
        self.check = check
    }

    package func healthStatus(of modelID: ModelID) async throws(HealthAggregationError) -> ModelHealthStatus {
        guard let status = publisher.fleet[modelID] else {
            throw HealthAggregationError(
                modelId: modelID, message: "no such model is configured or discovered", sources: ["fleet"])
        }
        return status
    }

    package func allHealthStatuses() async throws(HealthAggregationError) -> [ModelHealthStatus] {
        let fleet = publisher.fleet
        guard fleet.revision > 0 else {
            throw HealthAggregationError(message: "the monitor has not published yet", sources: ["fleet"])
        }
        return fleet.models
    }

    package func healthSummary() async -> HealthSummary { publisher.fleet.summary }

    package func triggerImmediateCheck(_ modelID: ModelID?) async throws(HealthCheckError) {
        _ = try await results(of: modelID.map { [$0] })
    }

    /// Probes the models (all of them for `nil`) and returns when the answers are part of the statuses.
    package func results(of models: [ModelID]?) async throws(HealthCheckError) -> [ProbeResult] {
        let fleet = publisher.fleet
        let ids = models ?? fleet.models.map(\.modelId)
        for id in ids where fleet[id] == nil { throw .unknownModel(id) }
        let check = check
        let outcomes = await withTaskGroup(of: Result<ProbeResult, HealthCheckError>.self) { group in
            var waiting = ids[...]
            var outcomes: [Result<ProbeResult, HealthCheckError>] = []
            func next() {
                guard let id = waiting.popFirst() else { return }
                group.addTask {
                    do throws(HealthCheckError) { return .success(try await check(id)) } catch {
                        return .failure(error)
                    }
                }
            }
            for _ in 0..<Self.checksAtOnce { next() }
            for await outcome in group {
                outcomes.append(outcome)
                next()
            }
            return outcomes
        }
        await decision.flush()
        var results: [ProbeResult] = []
        for outcome in outcomes { results.append(try outcome.get()) }
        return results.sorted { $0.modelId < $1.modelId }
    }

    package func healthChanges() -> AsyncStream<HealthChangeEvent> { publisher.events(buffer: Self.eventBuffer) }
}
