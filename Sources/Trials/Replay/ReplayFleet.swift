package import Health

/// The models and targets that have occurred in a recording so far.
package struct ReplayFleet: Sendable {
    private static let most = 10_000

    private let named: [ModelID: ModelConfig]
    private let interval: Duration?
    private let standard: Duration
    private var models: [ModelID: ModelConfig] = [:]
    private var known: Set<ProbeKey> = []

    /// - Parameters:
    ///   - named: models as they are configured; only those that occur are watched.
    ///   - interval: between two regular looks at all other models; `nil` for what it is in the recording.
    ///   - standard: the same for those with too few looks in the recording to tell.
    package init(_ named: [ModelConfig] = [], interval: Duration? = nil, standard: Duration = .seconds(15)) {
        self.named = Dictionary(named.map { ($0.id, $0) }) { first, _ in first }
        self.interval = interval
        self.standard = standard
    }

    /// In the order of their ids.
    package var configs: [ModelConfig] { models.values.sorted { $0.id < $1.id } }

    /// Takes up what a piece of evidence is about.
    ///
    /// - Parameter every: how often the recording looks at it; `nil` where that is not known.
    /// - Returns: whether it is new.
    package mutating func admit(
        _ evidence: RecordedEvidence, every: Duration? = nil
    ) throws(RecordingProblem) -> Bool {
        guard known.insert(evidence.key).inserted else { return false }
        guard known.count <= Self.most else {
            throw RecordingProblem("there are more than \(Self.most) models and targets; replay a part of them")
        }
        var model = models[evidence.modelID] ?? begin(evidence, every: every)
        model.targets.append(target(evidence))
        models[evidence.modelID] = model
        return true
    }

    private func begin(_ evidence: RecordedEvidence, every: Duration?) -> ModelConfig {
        guard var model = named[evidence.modelID] else {
            return ModelConfig(
                id: evidence.modelID, provider: evidence.provider, targets: [],
                interval: interval ?? every ?? standard)
        }
        model.targets = []
        // A recording has no word of the runtime itself, and must not wait for it.
        model.localRuntime = nil
        return model
    }

    private func target(_ evidence: RecordedEvidence) -> ModelTarget {
        let written = named[evidence.modelID]?.targets ?? []
        var target =
            written.first { $0.name == evidence.target } ?? written.first
            ?? ModelTarget(baseURL: "https://\(evidence.provider)", model: evidence.modelID.rawValue)
        target.name = evidence.target
        return target
    }
}
