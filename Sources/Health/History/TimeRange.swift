#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A stretch of time, `from` included and `to` not.
public struct TimeRange: Sendable, Hashable, Codable {
    /// Included.
    public var from: Date
    /// Excluded.
    public var to: Date

    /// - Throws: ``TimeRange/Invalid`` when `to` is not after `from`.
    public init(from: Date, to: Date) throws {
        guard from < to else { throw Invalid(from: from, to: to) }
        self.from = from
        self.to = to
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            from: try container.decode(Date.self, forKey: .from), to: try container.decode(Date.self, forKey: .to))
    }

    /// The stretch of `duration` (more than zero) that ends at `end`.
    public init(last duration: Duration, endingAt end: Date) {
        from = end - max(duration.seconds, 0.001)
        to = end
    }

    /// From the beginning to the end.
    public var duration: Duration { .seconds(to.timeIntervalSince(from)) }

    /// The range ends before it begins.
    public struct Invalid: Error, CustomStringConvertible {
        /// The beginning that was asked for.
        public let from: Date
        /// The end that was asked for, before it.
        public let to: Date
        public var description: String { "the range ends (\(to.rfc3339)) before it begins (\(from.rfc3339))" }
    }
}
