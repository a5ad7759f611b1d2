public import Health
public import Logging
import Observation
import ServiceLifecycle

extension Daemon {
    /// One round over the models without a daemon: nothing is stored and nothing listens.
    ///
    /// A model that fails is looked at a second time a second later, so that one lost packet is no outage; local models
    /// that are not in memory are not probed.
    ///
    /// - Parameters:
    ///   - configuration: what may be looked at; its history is not used.
    ///   - models: the ones to look at; empty for all of them, discovered local ones included.
    ///   - logger: where the parts tell what they do.
    /// - Throws: ``StartError`` or ``ConfigurationError``, and `HealthCheckError` for a model that is not configured.
    public static func checkOnce(
        configuration: Configuration, models: [ModelID] = [], logger: Logger
    ) async throws -> FleetHealth {
        var configuration = configuration
        configuration.history = Configuration.Store(path: ":memory:")
        configuration.policy.firstRound = .zero
        configuration.policy.outage.firstLooks = 2
        configuration.policy.outage.fastConfirmations = [.seconds(1)]
        configuration.policy.outage.slowConfirmations = [.seconds(1)]
        let resources = await ProcessResources.settle(for: configuration, logger: logger)
        let monitor = try await LLMHealthMonitor(
            configuration, budget: resources.budget, timekeeper: .system, logger: logger)
        let result = await Result { try await monitor.lookOnce(at: models) }
        await monitor.shutdown()
        return try result.get()
    }
}

extension LLMHealthMonitor {
    fileprivate func lookOnce(at wanted: [ModelID]) async throws -> FleetHealth {
        // First what the local runtimes have, so that their models are known by name.
        await withDiscardingTaskGroup { group in
            for (runtime, watcher) in runtimes.watchers { group.addTask { _ = try? await watcher.check(runtime) } }
        }
        let known = directory.fleet
        for id in wanted where !known.contains(where: { $0.id == id }) { throw HealthCheckError.unknownModel(id) }
        let models = wanted.isEmpty ? known : known.filter { wanted.contains($0.id) }
        guard !models.isEmpty else { return publisher.fleet }
        let patience = models.map { $0.probe.timeout * 2 }.max().map { $0 + .seconds(3) } ?? .seconds(10)
        let items = publisher.items(buffer: 1)
        return try await withThrowingTaskGroup(of: FleetHealth?.self) { group in
            let (decision, prober) = (decision, prober)
            group.addTask {
                try await decision.run()
                return nil
            }
            group.addTask {
                try await prober.run()
                return nil
            }
            group.addTask {
                try await self.timekeeper.sleep(for: patience)
                return self.publisher.fleet
            }
            group.addTask {
                try await self.takeUp(models)
                for await item in items where item.fleet.models.allSatisfy(\.isSettled) { return item.fleet }
                return self.publisher.fleet
            }
            defer { group.cancelAll() }
            while let fleet = try await group.next() {
                if let fleet { return fleet }
            }
            return publisher.fleet
        }
    }
}

extension ModelHealthStatus {
    /// Whether a look has come to something.
    fileprivate var isSettled: Bool {
        reasons.first?.code != .starting || metadata["state"] == "other" || routing.verdict == .excluded
    }
}
