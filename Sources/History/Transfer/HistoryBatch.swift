package import Health

/// A piece of the past on its way from one store to another, or to a file.
package enum HistoryBatch: Sendable, Hashable {
    /// Of one model, in order of time.
    case snapshots([HealthSnapshot])
    /// In the order of their numbers.
    case changes([HealthChangeEvent])
    /// Of one model, in order of time: of stretches whose snapshots are not kept any more.
    case sums([RollUp], RollUpWidth, ModelID)

    /// Rows in it.
    package var count: Int {
        switch self {
        case .snapshots(let rows): rows.count
        case .changes(let rows): rows.count
        case .sums(let rows, _, _): rows.count
        }
    }
}

/// How far a walk through the past has come.
package struct TransferProgress: Sendable, Hashable {
    /// Days of models that are done, and of all.
    package var done = 0
    package var total = 0
    /// Rows that were handed on.
    package var rows = 0

    /// A fraction 0…1.
    package var fraction: Double { total > 0 ? Double(done) / Double(total) : 1 }

    package init() {}
}
