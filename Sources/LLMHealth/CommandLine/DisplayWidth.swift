/// How many columns of a terminal a text takes, and texts cut to fit.
package enum DisplayWidth {
    /// The columns of a text without control characters.
    package static func of(_ text: String) -> Int { text.reduce(0) { $0 + of($1) } }

    /// 0, 1 or 2: one glyph, however many scalars it is made of.
    static func of(_ character: Character) -> Int {
        var width = 0
        for scalar in character.unicodeScalars {
            // Asks for the picture form of a character that also has a text form.
            if scalar == "\u{FE0F}" { return 2 }
            if isWide(scalar) { return 2 }
            if !isZero(scalar) { width = 1 }
        }
        return width
    }

    /// The text in at most `columns`, cut between glyphs and then marked with `ellipsis`.
    package static func fit(_ text: String, to columns: Int, ellipsis: String = "…") -> String {
        var used = 0
        var fitting = text.startIndex
        let mark = of(ellipsis)
        for index in text.indices {
            let width = of(text[index])
            if used + width > columns {
                return columns < mark ? String(repeating: " ", count: max(0, columns)) : text[..<fitting] + ellipsis
            }
            used += width
            if used + mark <= columns { fitting = text.index(after: index) }
        }
        return text
    }

    /// The text in at most `columns`, cut in the middle: ids differ at both ends.
    package static func fitMiddle(_ text: String, to columns: Int, ellipsis: String = "…") -> String {
        let room = columns - of(ellipsis)
        guard of(text) > columns, room >= 4 else { return fit(text, to: columns, ellipsis: ellipsis) }
        let tail = String(fit(String(text.reversed()), to: room / 2, ellipsis: "").reversed())
        return fit(text, to: room - of(tail), ellipsis: "") + ellipsis + tail
    }

    /// The text on one line and harmless: what comes from elsewhere must not move the cursor or turn the line round.
    package static func sanitized(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar {
            case "\n", "\r", "\t", "\u{2028}", "\u{2029}": " "
            case "\u{200E}", "\u{200F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": "\u{FFFD}"
            default: scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    private static func isZero(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return true
        default: return false
        }
    }

    /// East Asian wide and full-width (Unicode annex 11), and what is drawn as a picture.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x1100 { return false }
        if scalar.properties.isEmojiPresentation { return true }
        switch scalar.value {
        case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97C,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
            0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD:
            return true
        default: return false
        }
    }
}
