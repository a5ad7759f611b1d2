public import Health
import History
import Observation

// What an embedding program asks and says.
extension LLMHealthMonitor {
    // MARK: Now

    /// The health of every model as of the last publication, one at the latest every ten seconds and with each change.
    public var fleet: FleetHealth { publisher.fleet }

    /// One model's health; `nil` for a model that is not watched, and for all before ``run()``.
    public func status(of model: ModelID) -> ModelHealthStatus? { publisher.fleet[model] }

    /// What can be used now, the best first: every model that traffic may be sent to, by score.
    public var usable: [ModelHealthStatus] {
        publisher.fleet.models.filter { $0.routing.verdict == .usable }
            .sorted { ($0.score ?? 0, $1.modelId) > ($1.score ?? 0, $0.modelId) }
    }

    /// Changes of status from now on, until the monitor ends.
    ///
    /// - Parameter buffer: how many may wait; a reader that falls further behind loses the oldest, and sees a hole in `seq`.
    public func changes(buffer: Int = 1_024) -> AsyncStream<HealthChangeEvent> { publisher.events(buffer: buffer) }

    /// The fleet at each publication from now on, until the monitor ends.
    ///
    /// - Parameter buffer: how many may wait; a reader that falls further behind gets the newest.
    public func publications(buffer: Int = 1) -> AsyncStream<FleetHealth> {
        publisher.fleets(buffer: buffer)
    }

    // MARK: Acting

    /// Probes models now, beside their intervals, and returns once the answers are part of their statuses.
    ///
    /// - Parameter models: the ones to probe; `nil` for all.
    /// - Returns: what came back, by model id. A model that fails is a result, not an error.
    /// - Throws: `HealthCheckError` for a model that is not watched or a probe that could not be made, as before ``run()``
    ///   has begun and after it has ended.
    @discardableResult
    public func check(_ models: [ModelID]? = nil) async throws(HealthCheckError) -> [ProbeResult] {
        try await aggregator.results(of: models)
    }

    /// Watches these models in place of those that are watched; what is known of those that stay is kept.
    ///
    /// - Throws: ``StartError`` for models that make no sense; then nothing is changed.
    public func watch(_ models: [ModelConfig]) throws(StartError) {
        do throws(CanaryProbeError) { try CanaryProber.check(models) } catch { throw StartError("\(error)") }
        directory.configure(models, sources: [])
    }

    // MARK: Evidence

    /// Takes in what one or more real requests to a model came to. Never waits, and costs no probe.
    ///
    /// - Parameters:
    ///   - outcome: what they came to, and whose doing that was.
    ///   - model: the one that they were sent to.
    ///   - target: the name of the target that was used, where the model has several.
    ///   - latency: of one request; `nil` where it is not known.
    ///   - count: how many requests came to this, 1 or more.
    public func record(
        _ outcome: Outcome, of model: ModelID, target: String = TargetName.default, latency: Duration? = nil,
        count: Int = 1
    ) {
        guard count > 0 else { return }
        evidence.submit(
            Evidence(
                .outcomes(ProbeKey(model, target: target), outcome, count: count, latency: latency), source: .traffic,
                at: timekeeper.now))
    }

    /// Takes evidence of any kind.
    public var evidence: any EvidenceSubmitter { intake }

    /// Waits until all evidence that was submitted before has been weighed and published.
    public func flush() async { await decision.flush() }

    // MARK: The past

    /// One model's snapshots, oldest first.
    public func history(of model: ModelID, in range: TimeRange) async throws(HealthStorageError) -> [HealthSnapshot] {
        try await persistence.history.history(of: model, in: range)
    }

    /// How one model's availability, latency and errors have developed over a window that ends now.
    public func trends(of model: ModelID, over window: Duration) async throws(HealthStorageError) -> HealthTrends {
        try await persistence.history.trends(of: model, over: window)
    }

    // MARK: Services

    /// The aggregator as a service of its own, for programs that know only `Health`.
    public var aggregatorService: any HealthAggregatorService { aggregator }
    /// The prober, likewise.
    public var probeService: any CanaryProbeService { prober }
    /// The store, likewise.
    public var storageService: any HealthStorageService { persistence.history }
}
