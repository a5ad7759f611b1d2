import Foundation
import Health

/// Measured figures, as `scripts/verify` collects them.
enum Figure {
    static func print(_ what: String, _ goal: String, _ figure: String) {
        // Unbuffered: a line is out when it is known.
        FileHandle.standardOutput.write(Data("FIGURE\t\(what)\t\(goal)\t\(figure)\n".utf8))
    }

    static func ms(_ seconds: Double) -> String { String(format: "%.2f ms", seconds * 1_000) }

    static func ratio(_ value: Double) -> String { String(format: "%.2f", value) }

    static func count(_ value: Double) -> String {
        var digits = "\(Int(value.rounded()))"
        var parts: [String] = []
        while digits.count > 3 {
            parts.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return ([digits] + parts).joined(separator: ",")
    }
}
