/// A badge as SVG, in the shapes that people know from README files.
package struct BadgeImage {
    package enum Style: String, CaseIterable, Sendable {
        case flat
        case flatSquare = "flat-square"
        case forTheBadge = "for-the-badge"
    }

    /// What a style comes to, in pixels.
    private struct Looks {
        var height: Double
        var fontSize: Double
        var padding: Double
        var radius: Double
        var letterSpacing: Double
        var isLoud: Bool
        var hasShine: Bool

        init(_ style: Style) {
            switch style {
            case .flat: self.init(height: 20, fontSize: 11, padding: 6, radius: 3, hasShine: true)
            case .flatSquare: self.init(height: 20, fontSize: 11, padding: 6, radius: 0, hasShine: false)
            case .forTheBadge:
                self.init(
                    height: 28, fontSize: 10, padding: 10, radius: 0, letterSpacing: 1, isLoud: true, hasShine: false)
            }
        }

        private init(
            height: Double, fontSize: Double, padding: Double, radius: Double, letterSpacing: Double = 0,
            isLoud: Bool = false, hasShine: Bool
        ) {
            self.height = height
            self.fontSize = fontSize
            self.padding = padding
            self.radius = radius
            self.letterSpacing = letterSpacing
            self.isLoud = isLoud
            self.hasShine = hasShine
        }

        func width(_ text: String) -> Double {
            let factor = isLoud ? 1.12 : 1
            return (TextWidth.of(text, size: fontSize) * factor + letterSpacing * Double(text.count)).rounded(.up)
        }
    }

    private static let labelColor = "#4a4f57"
    /// The width of the sign before the message, with the gap behind it.
    private static let sign = 13.0

    package static func svg(_ badge: Badge, style: Style) -> String {
        let looks = Looks(style)
        let label = looks.isLoud ? badge.label.uppercased() : badge.label
        let message = looks.isLoud ? badge.message.uppercased() : badge.message
        let labelWidth = looks.width(label)
        let messageWidth = looks.width(message)
        let left = labelWidth + 2 * looks.padding
        let right = sign + messageWidth + 2 * looks.padding
        let (width, height) = (left + right, looks.height)
        let name = "\(badge.label): \(badge.message)".xmlEscaped
        let middle = height / 2
        var svg = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width.plain)" height="\(height.plain)" role="img" \
            aria-label="\(name)"><title>\(name)</title>
            """
        if looks.hasShine {
            svg += """
                <linearGradient id="s" x2="0" y2="100%"><stop offset="0" stop-color="#fff" stop-opacity=".12"/>\
                <stop offset="1" stop-opacity=".12"/></linearGradient>
                """
        }
        if looks.radius > 0 {
            svg += """
                <clipPath id="r"><rect width="\(width.plain)" height="\(height.plain)" rx="\(looks.radius.plain)" \
                fill="#fff"/></clipPath>
                """
        }
        svg += "<g\(looks.radius > 0 ? " clip-path=\"url(#r)\"" : "")>"
        svg += "<rect width=\"\(left.plain)\" height=\"\(height.plain)\" fill=\"\(labelColor)\"/>"
        svg +=
            "<rect x=\"\(left.plain)\" width=\"\(right.plain)\" height=\"\(height.plain)\" fill=\"\(badge.mood.color)\"/>"
        if looks.hasShine { svg += "<rect width=\"\(width.plain)\" height=\"\(height.plain)\" fill=\"url(#s)\"/>" }
        svg += "</g><g fill=\"#fff\">"
        svg += badge.mood.shape(x: left + looks.padding + 4, y: middle)
        svg += text(label, x: looks.padding, width: labelWidth, middle, looks)
        svg += text(message, x: left + looks.padding + sign, width: messageWidth, middle, looks)
        return svg + "</g></svg>\n"
    }

    private static func text(_ text: String, x: Double, width: Double, _ middle: Double, _ looks: Looks) -> String {
        // The length is told, so that another font than the one that was measured still fits.
        """
        <text x="\(x.plain)" y="\((middle + looks.fontSize * 0.36).plain)" \
        font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="\(looks.fontSize.plain)"\
        \(looks.isLoud ? " font-weight=\"bold\"" : "") textLength="\(width.plain)">\(text.xmlEscaped)</text>
        """
    }
}

extension Badge.Mood {
    /// Circle, triangle, square and ring, as everywhere else.
    fileprivate func shape(x: Double, y: Double) -> String {
        switch self {
        case .good: "<circle cx=\"\(x.plain)\" cy=\"\(y.plain)\" r=\"4\"/>"
        case .fair: "<path d=\"M\(x.plain) \((y - 4.5).plain)l4.7 8.5h-9.4z\"/>"
        case .bad: "<path d=\"M\((x - 4).plain) \((y - 4).plain)h8v8h-8z\"/>"
        case .unknown:
            "<circle cx=\"\(x.plain)\" cy=\"\(y.plain)\" r=\"3.2\" fill=\"none\" stroke=\"#fff\" stroke-width=\"1.6\"/>"
        }
    }
}

extension Double {
    /// With at most one decimal, as SVG takes it.
    fileprivate var plain: String {
        let tenths = Int((self * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}

/// How wide text is in Verdana, which badges are set in.
enum TextWidth {
    /// Advance widths in 1/2048 em, from the space to the tilde.
    private static let widths: [Double] = [
        720, 806, 940, 1676, 1302, 2204, 1488, 550, 930, 930, 1302, 1676, 745, 930, 745, 930, 1302, 1302, 1302, 1302,
        1302,
        1302, 1302, 1302, 1302, 1302, 930, 930, 1676, 1676, 1676, 1117, 2048, 1400, 1404, 1430, 1578, 1295, 1177, 1588,
        1539, 862, 931, 1419, 1140, 1726, 1532, 1612, 1235, 1612, 1424, 1400, 1262, 1499, 1400, 2025, 1403, 1260, 1403,
        930, 930, 930, 1676, 1302, 1302, 1230, 1276, 1067, 1276, 1220, 720, 1276, 1296, 562, 705, 1212, 562, 1992, 1296,
        1243, 1276, 1276, 874, 1067, 807, 1296, 1212, 1676, 1212, 1212, 1076, 1300, 930, 1300, 1676,
    ]

    /// In pixels at a font size.
    static func of(_ text: String, size: Double) -> Double {
        text.unicodeScalars.reduce(0) { sum, scalar in
            let index = Int(scalar.value) - 32
            // Of a letter that is not measured, its like: wide ones are as wide as high.
            let width =
                widths.indices.contains(index)
                ? widths[index] : scalar.properties.isEmojiPresentation || scalar.value >= 0x2E80 ? 2_048 : 1_300
            return sum + width / 2_048 * size
        }
    }
}

extension String {
    /// As text or an attribute in XML and HTML; what XML cannot carry at all is replaced.
    var xmlEscaped: String {
        var escaped = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\t", "\n", "\r": escaped += " "
            case let scalar where scalar.value < 32 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
                escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
