import Foundation

/// A small chart as SVG, readable on a light and on a dark page.
struct Chart {
    enum Scale { case linear, logarithmic }

    struct Axis {
        var title: String
        var range: ClosedRange<Double>
        var ticks: [Double]
        var scale = Scale.linear

        func share(_ value: Double) -> Double {
            let value = min(max(value, range.lowerBound), range.upperBound)
            switch scale {
            case .linear: return (value - range.lowerBound) / (range.upperBound - range.lowerBound)
            case .logarithmic: return log(value / range.lowerBound) / log(range.upperBound / range.lowerBound)
            }
        }
    }

    static let width = 760.0
    static let height = 320.0
    private static let left = 64.0
    private static let right = 190.0
    private static let top = 34.0
    private static let bottom = 46.0
    /// Told apart without colour too: each line has a dash pattern of its own.
    private static let colours = ["#0a7d46", "#b3540b", "#7a3fb5", "#1769aa", "#a3195b", "#5f6b6d", "#8a6d00"]
    private static let dashes = ["", "7 3", "2 3", "9 3 2 3", "4 2", "1 4", "12 4"]

    let title: String
    let x: Axis
    let y: Axis
    private var body = ""
    private var legend = ""
    private var lines = 0
    private var rows = 0

    init(title: String, x: Axis, y: Axis) {
        self.title = title
        self.x = x
        self.y = y
    }

    private func point(_ at: (Double, Double)) -> (Double, Double) {
        (
            Self.left + x.share(at.0) * (Self.width - Self.left - Self.right),
            Self.height - Self.bottom - y.share(at.1) * (Self.height - Self.top - Self.bottom)
        )
    }

    private static func text(_ value: Double) -> String {
        value >= 100 || value == value.rounded() ? String(format: "%.0f", value) : String(format: "%g", value)
    }

    mutating func line(_ name: String, _ points: [(Double, Double)], markers: Bool = false) {
        line([name], points, markers: markers)
    }

    /// - Parameter names: of all that share it, each on a row of the legend.
    mutating func line(_ names: [String], _ points: [(Double, Double)], markers: Bool = false) {
        let colour = Self.colours[lines % Self.colours.count]
        let dash = Self.dashes[lines % Self.dashes.count]
        let placed = points.map(point)
        let path = placed.map { String(format: "%.1f,%.1f", $0.0, $0.1) }.joined(separator: " ")
        body +=
            "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\" stroke-dasharray=\"\(dash)\"/>\n"
        if markers {
            for (px, py) in placed {
                body += String(format: "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%@\"/>\n", px, py, colour)
            }
        }
        let start = Self.width - Self.right + 14
        let at = Self.top + 8 + Double(rows) * 20
        legend +=
            "<line x1=\"\(start)\" y1=\"\(at)\" x2=\"\(start + 26)\" y2=\"\(at)\" stroke=\"\(colour)\" stroke-width=\"2\" stroke-dasharray=\"\(dash)\"/>"
        for name in names {
            let at = Self.top + 8 + Double(rows) * 20
            legend += "<text x=\"\(start + 32)\" y=\"\(at + 4)\">\(name)</text>\n"
            rows += 1
        }
        lines += 1
    }

    /// A look: a dot where it succeeded, a cross where it failed.
    mutating func look(at time: Double, level: Double, isSuccess: Bool) {
        let (px, py) = point((time, level))
        body +=
            isSuccess
            ? String(format: "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"#0a7d46\"/>\n", px, py)
            : String(
                format: "<path d=\"M%.1f %.1fl6 6m0 -6l-6 6\" stroke=\"#c0182a\" stroke-width=\"2\"/>\n", px - 3, py - 3
            )
    }

    /// A stretch of time, shaded and named.
    mutating func band(_ name: String, from: Double, to: Double, colour: String) {
        let (x0, y0) = point((from, y.range.upperBound))
        let (x1, y1) = point((to, y.range.lowerBound))
        body +=
            String(
                format: "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%@\" opacity=\"0.16\"/>", x0,
                y0, max(x1 - x0, 0.5), y1 - y0, colour)
            + String(format: "<text x=\"%.1f\" y=\"%.1f\">%@</text>\n", x0 + 4, y1 - 6, name)
    }

    var svg: String {
        var axes = ""
        for tick in x.ticks {
            let (px, _) = point((tick, y.range.lowerBound))
            axes += String(
                format: "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"grid\"/>", px, Self.top, px,
                Self.height - Self.bottom)
            axes +=
                "<text x=\"\(px)\" y=\"\(Self.height - Self.bottom + 16)\" text-anchor=\"middle\">\(Self.text(tick))</text>\n"
        }
        for tick in y.ticks {
            let (_, py) = point((x.range.lowerBound, tick))
            axes += String(
                format: "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"grid\"/>", Self.left, py,
                Self.width - Self.right, py)
            axes += "<text x=\"\(Self.left - 8)\" y=\"\(py + 4)\" text-anchor=\"end\">\(Self.text(tick))</text>\n"
        }
        let middle = Self.left + (Self.width - Self.left - Self.right) / 2
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" \
            font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="\(title)">
            <style>text{fill:#222}.grid{stroke:#8886;stroke-width:.6}@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>
            <text x="\(Self.left)" y="18" font-size="14" font-weight="600">\(title)</text>
            \(axes)\(body)\(legend)<text x="\(middle)" y="\(Self.height - 8)" text-anchor="middle">\(x.title)</text>
            <text x="14" y="\(Self.height / 2)" text-anchor="middle" transform="rotate(-90 14 \(Self.height / 2))">\(y.title)</text>
            </svg>

            """
    }
}
