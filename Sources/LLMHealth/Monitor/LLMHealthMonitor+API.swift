import API
import Health
import History

// What the REST API reads and asks.
extension LLMHealthMonitor {
    /// - Parameter isListening: whether the API accepts requests.
    func apiDependencies(isListening: @escaping @Sendable () -> Bool) -> APIDependencies {
        let aggregator = aggregator
        return APIDependencies(
            publisher: publisher, notices: notices, aggregator: aggregator, storage: persistence.history,
            probe: { id throws(HealthCheckError) in try await aggregator.results(of: id.map { [$0] }) },
            processMetrics: { ProcessMetrics.families }, readiness: { [self] in readiness(isListening: isListening()) },
            gatewayMetrics: gateways.metrics,
            objective: { [configuration] in configuration.uptimeObjective(of: $0) }, time: timekeeper,
            version: Version.current)
    }

    /// Listening, and each model seen once or given up on.
    private func readiness(isListening: Bool) -> Readiness {
        var missing: [Readiness.Missing] = []
        if !isListening { missing.append(.init(name: "api", reason: "not listening yet")) }
        let patience = configuration.policy.firstRound + configuration.defaults.timeout
        if timekeeper.now - startedAt < patience {
            let unseen = publisher.fleet.models.filter { $0.reasons.first?.code == .starting }
            if !unseen.isEmpty {
                missing.append(
                    .init(
                        name: "models",
                        reason: "\(unseen.count) of \(publisher.fleet.models.count) have not been seen yet"))
            }
        }
        let overdue = timetable.overdue
        if !overdue.isEmpty { missing.append(.init(name: "probes", reason: TimetableWatch.sentence(overdue))) }
        return Readiness(missing: missing)
    }
}
