// The mission's five services. The parts of the pipe conform to them; there is no second layer behind.

/// Sends synthetic requests to models.
public protocol CanaryProbeService: Sendable {
    /// Probes one model now, whatever its schedule.
    ///
    /// A model that fails is a result, not an error: the error says that no probe could be made.
    func probe(_ modelID: ModelID, config: ProbeConfig) async throws(CanaryProbeError) -> ProbeResult

    /// Begins to probe the models on their intervals; a second call replaces the first one's models, it adds nothing.
    func startScheduledProbes(_ models: [ModelConfig]) async throws(CanaryProbeError)

    /// Ends the schedule and cancels what is in flight; on return nothing is sent any more.
    func stopScheduledProbes() async
}

/// Asks local runtimes about themselves and their models, without loading, evicting or extending any.
public protocol LocalModelHealthService: Sendable {
    /// Asks LM Studio now.
    ///
    /// - Throws: when it cannot be asked, or answers as something else.
    func checkLMStudio() async throws(LocalHealthCheckError) -> LocalModelStatus
    /// Asks Ollama now.
    ///
    /// - Throws: when it cannot be asked, or answers as something else.
    func checkOllama() async throws(LocalHealthCheckError) -> LocalModelStatus
    /// Polls every `interval` until the surrounding task is cancelled.
    func startPolling(every interval: Duration) async
}

/// Answers questions about models from metrics.
public protocol OTelMetricsService: Sendable {
    /// - Throws: when the metrics cannot be had, or the store cannot be read.
    func metrics(of modelID: ModelID, in range: TimeRange) async throws(MetricsQueryError) -> ModelMetrics
    /// A fraction 0…1; `nil` when there were no requests in the window.
    func errorRate(of modelID: ModelID, over window: Duration) async throws(MetricsQueryError) -> Double?
    /// Milliseconds; `nil` for each where nothing was measured in the window.
    func latencyPercentiles(of modelID: ModelID, over window: Duration) async throws(MetricsQueryError)
        -> LatencyPercentiles
    /// The breaker of the model's best target; closed for a model that nobody knows.
    func circuitBreakerStatus(of modelID: ModelID) async -> CircuitBreakerStatus
}

/// The one place that knows the health of every model.
public protocol HealthAggregatorService: Sendable {
    /// - Throws: for a model that nobody watches, and before the first decision.
    func healthStatus(of modelID: ModelID) async throws(HealthAggregationError) -> ModelHealthStatus
    /// - Throws: before the first decision.
    func allHealthStatuses() async throws(HealthAggregationError) -> [ModelHealthStatus]
    /// The counts, providers and components; `unknown` before the first decision.
    func healthSummary() async -> HealthSummary
    /// Probes one model, or all of them, and returns when the answers are part of the statuses.
    func triggerImmediateCheck(_ modelID: ModelID?) async throws(HealthCheckError)
    /// Events from now on. A reader that falls behind by more than the buffer sees a hole in `seq`.
    func healthChanges() -> AsyncStream<HealthChangeEvent>
}

/// Keeps snapshots and answers questions about the past.
public protocol HealthStorageService: Sendable {
    /// Stores one snapshot; storing it twice is storing it once.
    func store(_ snapshot: HealthSnapshot) async throws(HealthStorageError)
    /// Oldest first.
    func history(of modelID: ModelID, in range: TimeRange) async throws(HealthStorageError) -> [HealthSnapshot]
    /// - Throws: when the store cannot be read.
    func trends(of modelID: ModelID, over window: Duration) async throws(HealthStorageError) -> HealthTrends
}
