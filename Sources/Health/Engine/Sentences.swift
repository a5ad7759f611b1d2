#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Double {
    /// Seconds for people: `412 ms`, `3.1 s`, `4 min`, `2.5 h`.
    var shortSeconds: String {
        switch self {
        case ..<1: "\(Int((self * 1_000).rounded())) ms"
        case ..<100: "\((self * 10).rounded() / 10) s".replacingEnd(".0 s", " s")
        case ..<6_000: "\(Int((self / 60).rounded())) min"
        default: "\((self / 360).rounded() / 10) h".replacingEnd(".0 h", " h")
        }
    }
}

extension String {
    /// The text with a full stop at its end.
    var closed: String { hasSuffix(".") || hasSuffix("!") || hasSuffix("?") ? self : self + "." }

    fileprivate func replacingEnd(_ end: String, _ other: String) -> String {
        hasSuffix(end) ? dropLast(end.count) + other : self
    }
}

extension Date {
    /// `2026-12-24T10:02:14Z`: sentences carry their times in full, so that every face shows them in its reader's zone.
    var inSentence: String { rfc3339.prefix(19) + "Z" }
}
