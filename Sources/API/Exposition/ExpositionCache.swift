import Synchronization

/// The exposition as bytes, plain and packed: made once for each revision of the fleet and each second, however many ask.
final class ExpositionCache: Sendable {
    /// What an exposition was made of; the same makes the same.
    struct Stamp: Hashable, Sendable {
        /// The fleet's.
        var revision: UInt64
        /// Of the uptime, whole.
        var second: Int64
    }

    private let kept = Mutex<(stamp: Stamp, document: Document)?>(nil)

    /// Those who ask meanwhile wait for the one that is being made.
    func document(_ stamp: Stamp, make: () -> Document) -> Document {
        kept.withLock { kept in
            if let kept, kept.stamp == stamp { return kept.document }
            let document = make()
            kept = (stamp, document)
            return document
        }
    }
}
