import Synchronization

/// Keeps documents as long as what they were made of is the same: whoever asks meanwhile gets the same bytes.
///
/// `Stamp` names what all of them are made of, such as the revision of the fleet: with another one all are made anew.
/// `Key` tells one from the other.
final class DocumentCache<Stamp: Equatable & Sendable, Key: Hashable & Sendable>: Sendable {
    private struct State {
        var stamp: Stamp?
        var documents: [Key: Document] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: documents that are kept; more are made each time they are asked for.
    init(limit: Int) { self.limit = limit }

    /// Those who ask for it while it is made wait.
    ///
    /// - Parameter isKept: whether it is to be kept beyond the limit.
    func document(_ key: Key, _ stamp: Stamp, isKept: Bool = false, make: () throws -> Document) rethrows -> Document {
        try state.withLock { state in
            if state.stamp != stamp {
                state.stamp = stamp
                state.documents.removeAll(keepingCapacity: true)
            }
            if let document = state.documents[key] { return document }
            let document = try make()
            if isKept || state.documents.count < limit { state.documents[key] = document }
            return document
        }
    }

    /// How many are kept.
    var count: Int { state.withLock(\.documents.count) }
}
