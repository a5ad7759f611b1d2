/// Web pages where an answer was due.
enum PageText {
    static func isPage(_ text: some StringProtocol) -> Bool {
        let start = text.drop { $0.isWhitespace }.prefix(15).lowercased()
        return start.hasPrefix("<!doctype") || start.hasPrefix("<html") || start.hasPrefix("<head")
            || start.hasPrefix("<?xml")
            || start.hasPrefix("<body")
    }

    /// The title or the first words of a page; plain text as it is.
    static func summary(of text: String) -> String {
        guard text.contains("<") else { return String(text.prefix(500)) }
        let lowered = text.prefix(20_000).lowercased()
        if let start = lowered.firstRange(of: "<title>")?.upperBound,
            let end = lowered[start...].firstRange(of: "</title>")?.lowerBound
        {
            // Offsets, since lower-casing makes another string.
            let skipped = lowered.distance(from: lowered.startIndex, to: start)
            let length = lowered.distance(from: start, to: end)
            return String(text.dropFirst(skipped).prefix(length)).split(whereSeparator: \.isWhitespace).joined(
                separator: " ")
        }
        var plain = ""
        var isTag = false
        for character in text.prefix(4_000) {
            if character == "<" { isTag = true }
            if !isTag { plain.append(character) }
            if character == ">" {
                isTag = false
                plain.append(" ")
            }
        }
        return plain.split(whereSeparator: \.isWhitespace).prefix(20).joined(separator: " ")
    }
}
