package import Health

/// The truth about one local runtime: what it has in memory, and when it does not answer.
package struct LocalWorld: Sendable {
    /// What one of its models is from an instant on.
    package struct Turn: Sendable, Hashable {
        package var from: Double
        package var state: LocalModel.State

        package init(from: Double, _ state: LocalModel.State) {
            self.from = from
            self.state = state
        }
    }

    /// Sorted; a model is loaded before its first turn.
    package var turns: [ModelID: [Turn]]
    /// When the runtime does not answer.
    package var silences: [Episode]
    /// Seconds between two polls.
    package var interval: Double

    package init(turns: [ModelID: [Turn]], silences: [Episode] = [], interval: Double = 10) {
        self.turns = turns
        self.silences = silences
        self.interval = interval
    }

    package func isSilent(at time: Double) -> Bool { silences.contains { $0.contains(time) } }

    package func state(of model: ModelID, at time: Double) -> LocalModel.State {
        turns[model]?.last { $0.from <= time }?.state ?? .loaded
    }
}
