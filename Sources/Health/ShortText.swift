#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

extension Double {
    /// With one digit after the point where the number is small, none otherwise.
    package var short: String {
        let tenths = Int64((Swift.min(Swift.max(self, -1e15), 1e15) * 10).rounded())
        return abs(self) >= 100 || tenths % 10 == 0
            ? "\(Int64((Double(tenths) / 10).rounded()))" : "\(Double(tenths) / 10)"
    }
}

extension Date {
    /// How long ago `start` was, in the two largest units; a start in the future is now.
    package func span(since start: Date) -> String {
        let seconds = Int(max(0, timeIntervalSince(start)).rounded())
        let units = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)]
        guard let first = units.firstIndex(where: { seconds >= $0.1 }) else { return "0 s" }
        let (name, size) = units[first]
        let rest = seconds % size
        guard first + 1 < units.count, rest >= units[first + 1].1 else { return "\(seconds / size) \(name)" }
        return "\(seconds / size) \(name) \(rest / units[first + 1].1) \(units[first + 1].0)"
    }

    /// The beginning of its minute.
    package var flooredToMinute: Date {
        Date(timeIntervalSince1970: (timeIntervalSince1970 / 60).rounded(.down) * 60)
    }
}
