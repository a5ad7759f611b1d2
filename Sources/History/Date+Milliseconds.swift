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
        // Four digits of a year are what RFC 3339 can say.
        guard (-62_135_596_800..<253_402_300_800).contains(timeIntervalSince1970) else {
            throw HealthStorageError(
                operation: .insert, message: "the time of '\(model)' is not between the years 1 and 9999")
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

extension Duration {
    /// Whole milliseconds, rounded towards zero.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}
