#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// The health of every model at one revision: immutable, so a reader never waits for the writer.
public struct FleetHealth: Sendable {
    /// Rises with every publication.
    public let revision: UInt64
    /// When it was rendered, by the wall clock.
    public let at: Date
    /// Sorted by model id.
    public private(set) var models: [ModelHealthStatus]
    /// The counts, providers and components.
    public let summary: HealthSummary
    private let positions: [ModelID: Int]

    /// The summary is made of the models.
    public init(
        revision: UInt64, at: Date, models: [ModelHealthStatus], components: [ComponentStatus] = [],
        rollUp: HealthPolicy.RollUp = .init()
    ) {
        let models = models.sorted { $0.modelId < $1.modelId }
        let positions = Dictionary(
            models.enumerated().map { ($1.modelId, $0) }, uniquingKeysWith: { first, _ in first })
        self.init(
            revision: revision, at: at, sorted: models, positions: positions, components: components, rollUp: rollUp)
    }

    /// - Parameters:
    ///   - models: in the order of their ids, no id twice.
    ///   - positions: where each of them is.
    init(
        revision: UInt64, at: Date, sorted models: [ModelHealthStatus], positions: [ModelID: Int],
        components: [ComponentStatus], rollUp: HealthPolicy.RollUp
    ) {
        self.revision = revision
        self.at = at
        self.models = models
        self.positions = positions
        summary = HealthSummary(
            revision: revision, at: at, models: self.models, components: components, rollUp: rollUp)
    }

    /// The same with what operators have said of its models: a paused one gets no traffic.
    public func with(_ board: NoticeBoard, at now: Date) -> FleetHealth {
        guard !board.isEmpty(at: now) else { return self }
        var fleet = self
        for index in fleet.models.indices {
            let notices = board.notices(of: fleet.models[index].modelId, at: now)
            guard !notices.isEmpty else { continue }
            fleet.models[index].notices = notices
            if let pause = notices.last(where: { $0.kind == .pause || $0.kind == .maintenance }) {
                let word = pause.kind == .pause ? "paused" : "in maintenance"
                fleet.models[index].routing = RoutingVerdict(
                    .excluded, reason: pause.reason.isEmpty ? word : "\(word): \(pause.reason)", until: pause.until)
            }
        }
        return fleet
    }

    /// The same without the last probes' results of these models, which are too old to be shown.
    package func withoutProbeResults(of ids: Set<ModelID>) -> FleetHealth {
        guard !ids.isEmpty else { return self }
        var fleet = self
        for index in fleet.models.indices
        where fleet.models[index].probeResult != nil && ids.contains(fleet.models[index].modelId) {
            fleet.models[index].probeResult = nil
        }
        return fleet
    }

    /// The status of one model; `nil` for a model that is not in the fleet.
    public subscript(id: ModelID) -> ModelHealthStatus? { positions[id].map { models[$0] } }

    /// A fleet of which nothing is known yet.
    public static let empty = FleetHealth(revision: 0, at: Date(timeIntervalSince1970: 0), models: [])
}

/// The state of a part that models depend on: a gateway, a local runtime, a store.
public struct ComponentStatus: Sendable, Hashable, Codable {
    /// The kinds of parts that models depend on.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// By what they are: in between, on our side, or our own.
        case gateway, host, localRuntime, modelList, store, receiver, network, process, configuration
        /// A source or a sink that an embedding program added.
        case source, sink
    }

    /// What kind of part it is.
    public var kind: Kind
    /// Its name in the configuration, or its address.
    public var name: String
    /// `healthy`, `unhealthy` or `unknown`.
    public var status: HealthStatus
    /// One sentence without secrets.
    public var reason: String
    /// Since when it has this status.
    public var since: Date

    /// A part's status since an instant.
    public init(kind: Kind, name: String, status: HealthStatus, reason: String, since: Date) {
        self.kind = kind
        self.name = name
        self.status = status
        self.reason = reason
        self.since = since
    }
}

extension ComponentStatus.Kind {
    /// Whether no model behind it can be reached while it is down.
    fileprivate var isOnTheWay: Bool {
        switch self {
        case .gateway, .host, .network: true
        case .localRuntime, .modelList, .store, .receiver, .process, .configuration, .source, .sink: false
        }
    }
}

/// The fleet in one glance.
public struct HealthSummary: Sendable, Hashable, Codable {
    /// Models by status.
    public struct Counts: Sendable, Hashable, Codable {
        /// All of them.
        public var total = 0
        /// Those that are `healthy`.
        public var healthy = 0
        /// Those that are `degraded`.
        public var degraded = 0
        /// Those that are `unhealthy`.
        public var unhealthy = 0
        /// Those that are `unknown`.
        public var unknown = 0
        /// Local models that are known and not loaded; they are counted in `healthy` too.
        public var idle = 0
    }
    /// What the statuses of one provider's models come to.
    public struct Provider: Sendable, Hashable, Codable {
        /// `unhealthy` when more than half of the models that are known of are, `degraded` from a fifth that is not
        /// healthy (`policy.rollUp`): one model of many does not speak for its provider.
        public var status: HealthStatus
        /// One sentence.
        public var reason: String
        /// The provider's models by status.
        public var counts: Counts
    }
    /// The model that is worst off.
    public struct Worst: Sendable, Hashable, Codable {
        /// The model.
        public var modelId: ModelID
        /// Who serves it.
        public var provider: String
        /// Its status.
        public var status: HealthStatus
        /// Its first reason.
        public var reason: String
        /// Since when it has this status.
        public var since: Date
    }

    /// The revision of the fleet that it sums up.
    public var revision: UInt64
    /// When that was rendered.
    public var timestamp: Date
    /// The worst that matters, which headlines show: `unhealthy` while a model is, or while a gateway, a host or our own
    /// network is down; `degraded` while a model is, or any other part is down; `unknown` while nothing is known of any
    /// model; else `healthy`.
    public var status: HealthStatus
    /// The fleet as a whole: `unhealthy` when none of the models that are known of is healthy or degraded, `unknown` when
    /// the fleet is blind or empty, `degraded` from a fifth of the models that is not healthy (`policy.rollUp`), else
    /// `healthy`.
    public var rollUp: HealthStatus
    /// One sentence; it says so where not a single model is healthy.
    public var reason: String
    /// The fleet's models by status.
    public var counts: Counts
    /// By provider's name.
    public var providers: [String: Provider]
    /// At most ten models that are not healthy, worst first.
    public var worst: [Worst]
    /// Gateways, hosts, runtimes, stores and the rest that models depend on.
    public var components: [ComponentStatus]

    init(
        revision: UInt64, at: Date, models: [ModelHealthStatus], components: [ComponentStatus],
        rollUp: HealthPolicy.RollUp
    ) {
        self.revision = revision
        timestamp = at
        var counts = Counts()
        var providers: [String: Counts] = [:]
        for model in models {
            counts.add(model)
            providers[model.provider, default: Counts()].add(model)
        }
        self.counts = counts
        self.providers = providers.mapValues { counts in
            Provider(
                status: rollUp.status(of: counts, unhealthyShare: rollUp.unhealthyShare), reason: counts.sentence,
                counts: counts)
        }
        self.components = components
        worst =
            models.indices.filter { models[$0].status != .healthy }
            .map { (index: $0, severity: models[$0].status.severity, since: models[$0].since) }
            .sorted { ($1.severity, $0.since) < ($0.severity, $1.since) }
            .prefix(10)
            .map { (index, _, _) in
                let model = models[index]
                return Worst(
                    modelId: model.modelId, provider: model.provider, status: model.status,
                    reason: model.reasons.first?.message ?? "", since: model.since)
            }
        self.rollUp = rollUp.status(of: counts, unhealthyShare: 1)
        status = counts.worst(with: components)
        reason =
            counts.total == 0
            ? "No model is watched." : (counts.healthy == 0 ? "Not one model is healthy. " : "") + counts.sentence
    }
}

extension HealthPolicy.RollUp {
    /// - Parameter unhealthyShare: of the models that are known of; 1 for all of them.
    fileprivate func status(of counts: HealthSummary.Counts, unhealthyShare: Double) -> HealthStatus {
        let observed = counts.total - counts.unknown
        guard observed > 0 else { return .unknown }
        let unhealthy = Double(counts.unhealthy) / Double(observed)
        if counts.unhealthy == observed || unhealthy > unhealthyShare { return .unhealthy }
        let restless = Double(counts.total - counts.healthy) / Double(counts.total)
        return restless >= degradedShare ? .degraded : .healthy
    }
}

extension HealthSummary.Counts {
    fileprivate func worst(with components: [ComponentStatus]) -> HealthStatus {
        let down = components.filter { $0.status == .unhealthy }
        if unhealthy > 0 || down.contains(where: \.kind.isOnTheWay) { return .unhealthy }
        if degraded > 0 || !down.isEmpty { return .degraded }
        return unknown == total ? .unknown : .healthy
    }

    fileprivate var sentence: String {
        let parts = [(unhealthy, "unhealthy"), (degraded, "degraded"), (unknown, "unknown")]
            .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let models = total == 1 ? "1 model" : "\(total) models"
        return parts.isEmpty
            ? "\(models), all healthy." : "Of \(models) \(parts.joined(separator: ", "))."
    }

    fileprivate mutating func add(_ model: ModelHealthStatus) {
        total += 1
        switch model.status {
        case .healthy: healthy += 1
        case .degraded: degraded += 1
        case .unhealthy: unhealthy += 1
        case .unknown: unknown += 1
        }
        if model.reasons.first?.code == .idle { idle += 1 }
    }
}
