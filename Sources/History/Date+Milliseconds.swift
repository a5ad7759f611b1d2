import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Date {
    /// Whole milliseconds since 1970: the grid on which all history lives. Beyond ±292 million years it stays there.
    var milliseconds: Int64 {
        let exact = (timeIntervalSince1970 * 1_000).rounded()
        return Int64(exactly: exact) ?? (exact < 0 ? .min : .max)
    }

    init(milliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1_000)
    }

    /// The nearest time on the grid; an error for a time that nobody can mean.
    func onMillisecond(of model: ModelID) throws(HealthStorageError) -> Date {
        guard (0..<HistoryLimits.end).contains(milliseconds) else {
            throw HealthStorageError(
                operation: .insert, message: "the time of '\(model)' is not between the years 1970 and 2099")
        }
        return Date(milliseconds: milliseconds)
    }
}

extension TimeRange {
    /// The range on the grid; `to` is not part of it.
    var milliseconds: Range<Int64> {
        let from = from.milliseconds
        return from..<max(from, to.milliseconds)
    }
}

extension TimeRange {
    init(milliseconds: Range<Int64>) {
        self.init(
            last: .milliseconds(max(milliseconds.upperBound - milliseconds.lowerBound, 1)),
            endingAt: Date(milliseconds: milliseconds.upperBound))
    }

    /// The range on the grid, as far as history can hold anything of it: from the year 1 to the year 9999.
    var possible: Range<Int64> { milliseconds.clamped(to: Int64.distantPast..<Int64.distantFuture) }
    /// How long that is, in milliseconds.
    var length: Int64 { possible.upperBound - possible.lowerBound }
}

extension Int64 {
    /// The first instant that history can hold: the year 1.
    static var distantPast: Int64 { -62_135_596_800_000 }
    /// The end of the year 9999.
    static var distantFuture: Int64 { 253_402_300_800_000 }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}
