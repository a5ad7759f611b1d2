public import Health
import History
public import Logging
import Observation

extension LLMHealthMonitor {
    /// How a monitor made in code works; by default it probes, keeps the past in memory and tells nobody.
    public struct Options: Sendable {
        /// Every number of the decision.
        public var policy = HealthPolicy()
        /// Where the past is kept.
        public var storage = Storage.memory
        /// Whether models are probed on their intervals. Without it, all that is known comes from ``sources`` and from
        /// ``LLMHealthMonitor/record(_:of:target:latency:count:)``.
        public var isProbing = true
        /// The most probes in flight at once.
        public var concurrentProbes = 512
        /// Sources of evidence beside the probes, made with what takes their evidence.
        public var sources: @Sendable (any EvidenceSubmitter) -> [any EvidenceSource] = { _ in [] }
        /// Who is told of changes.
        public var notifiers: [any HealthNotifier] = []
        /// What else reads the fleet's health, made with where it is published.
        public var sinks: @Sendable (FleetPublisher) -> [any HealthSink] = { _ in [] }
        /// The clock; another one is for tests.
        public var timekeeper = Timekeeper.system

        /// Probing on, and nothing of one's own.
        public init() {}
    }

    /// Where the past is kept.
    public enum Storage: Sendable {
        /// In memory, for as long as the process lives.
        case memory
        /// In an SQLite file, made where there is none. It keeps seven days of snapshots, and sums for years.
        case sqlite(path: String)
        /// In a store of your own.
        ///
        /// It is handed a snapshot of each model at every change of status, every minute while it is healthy, and every ten
        /// seconds while it is not. A failure is tried again with back-off, so one snapshot may come twice.
        /// ``LLMHealthMonitor/history(of:in:)`` and ``LLMHealthMonitor/trends(of:over:)`` ask it.
        case custom(any HealthStorageService)
    }

    /// Watches models that are given in code; connects to nothing and sends nothing before ``run()``.
    ///
    /// - Parameters:
    ///   - models: what is watched.
    ///   - options: how.
    ///   - logger: where the parts tell what they do.
    /// - Throws: ``StartError``, with what is wrong and what to do: two models with one id, a model without a target, an
    ///   interval of zero, a file that cannot be used.
    public convenience init(models: [ModelConfig], options: Options = Options(), logger: Logger)
        async throws(StartError)
    {
        var configuration = Configuration()
        configuration.policy = options.policy
        configuration.history = Configuration.Store(path: ":memory:")
        if case .sqlite(let path) = options.storage { configuration.history = Configuration.Store(path: path) }
        do throws(CanaryProbeError) { try CanaryProber.check(models) } catch { throw StartError("\(error)") }
        var stores = try await Stores.open(configuration.history, timekeeper: options.timekeeper)
        if case .custom(let service) = options.storage {
            stores.history = AdaptedHistory(service, timekeeper: options.timekeeper)
        }
        let outbound = try await Outbound.open(configuration.network)
        do throws(StartError) {
            try self.init(
                configuration, models: models, lists: [], stores: stores, outbound: outbound,
                probes: options.concurrentProbes, own: options, timekeeper: options.timekeeper, logger: logger)
        } catch {
            await outbound.shutdown()
            throw error
        }
    }
}
