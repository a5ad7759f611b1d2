package import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// The daemon's explanation of a status, as paragraphs for a person.
package enum ExplanationText {
    /// - Parameter json: what `health/explain` answers.
    package static func lines(of json: JSONValue, for terminal: Terminal, at now: Date) -> [String] {
        let status = json["status"]?.string.flatMap { HealthStatus(rawValue: $0) }
        let name = DisplayWidth.sanitized(json["modelId"]?.string ?? "")
        var lines = [TextStyle.strong.apply(to: name, on: terminal)]
        if let status { lines[0] += "  " + status.style.apply(to: status.label(on: terminal), on: terminal) }
        if let text = json["text"]?.string {
            lines += wrapped(LocalTime.sentence(DisplayWidth.sanitized(text), at: now), to: terminal.width)
        }
        return lines
    }

    /// Broken between words; a word that is longer than a line stands alone on its own.
    static func wrapped(_ text: String, to width: Int?) -> [String] {
        guard let width else { return [text] }
        // Lines of more than about a hundred columns are hard to read.
        let limit = max(20, min(width, 100))
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, DisplayWidth.of(line) + 1 + DisplayWidth.of(String(word)) > limit {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        return line.isEmpty ? lines : lines + [line]
    }
}
