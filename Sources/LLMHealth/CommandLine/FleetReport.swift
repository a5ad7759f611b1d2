package import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// The health of models as a table for people or as JSON for programs.
package struct FleetReport: Sendable, Encodable {
    package var summary: HealthSummary
    package var models: [ModelHealthStatus]

    package init(summary: HealthSummary, models: [ModelHealthStatus]) {
        self.summary = summary
        self.models = models
    }

    package init(_ fleet: FleetHealth) { self.init(summary: fleet.summary, models: fleet.models) }

    /// The models of these ids alone; the summary stays that of the whole fleet.
    package func only(_ ids: [ModelID]) -> FleetReport {
        ids.isEmpty ? self : FleetReport(summary: summary, models: models.filter { ids.contains($0.modelId) })
    }

    /// A table, worst models first, and a line that sums up, with the daemon's address and the time.
    ///
    /// - Parameter url: where the daemon is; `nil` where none was asked.
    package func lines(for terminal: Terminal, at now: Date, url: String? = nil) -> [String] {
        table(for: terminal, at: now) + [""] + head(for: terminal, at: now, url: url)
    }

    /// What is to be seen wherever the table is cut off: how many models are what, the parts that are down, the daemon, the
    /// time.
    package func head(for terminal: Terminal, at now: Date, url: String?) -> [String] {
        let place = DisplayWidth.sanitized(
            ([url] + [LocalTime.text(now, at: now)]).compactMap { $0 }.joined(separator: ", "))
        var plain = terminal
        plain.hasColor = false
        let counts = summaryLine(plain)
        func fitted(_ text: String) -> String {
            terminal.width.map { DisplayWidth.fit(text, to: $0, ellipsis: terminal.ellipsis) } ?? text
        }
        let faint = TextStyle.faint.apply(to: fitted(place), on: terminal)
        // What does not fit has no colours, which cannot be cut.
        let told = fitted(counts) == counts ? summaryLine(terminal) : fitted(counts)
        // On a narrow terminal the address and the time have a line of their own.
        let isOneLine = fitted("\(counts)  \(place)") == "\(counts)  \(place)"
        let summary = isOneLine ? ["\(told)  \(faint)"] : [told, faint]
        return (models.isEmpty ? [] : summary) + componentLines(terminal, at: now)
    }

    package func table(for terminal: Terminal, at now: Date) -> [String] {
        guard !models.isEmpty else {
            return ["no models are watched; name some under `models:`, or start Ollama or LM Studio here"]
        }
        // Why something is wrong is what is read first.
        let isCalm = models.allSatisfy { $0.status == .healthy }
        let marks = Dictionary(
            models.map { ($0.modelId, $0.noticeMarks(at: now)) }.filter { !$0.1.isEmpty }, uniquingKeysWith: { $1 })
        var columns: [TextTable.Column] = [
            .init("STATUS"), .init("MODEL", comfortable: 24, least: 14, isCutInMiddle: true),
            .init("PROVIDER", dispensability: 3), .init("ROUTING", dispensability: 2),
            .init("NOTICE", dispensability: 1), .init("SCORE", .right, dispensability: 6),
            .init("P50", .right, dispensability: 5), .init("P99", .right, dispensability: 9),
            .init("TTFT", .right, dispensability: 8), .init("ERRORS", .right, dispensability: 7),
            .init("AVAIL", .right, dispensability: 10), .init("SINCE", .right, dispensability: 4),
            .init("REASON", comfortable: isCalm ? 20 : 56, least: isCalm ? 10 : 40),
        ]
        let notice = 4
        if marks.isEmpty { columns.remove(at: notice) }
        var table = TextTable(columns)
        let sorted = models.sorted { ($1.status.severity, $0.modelId) < ($0.status.severity, $1.modelId) }
        for model in sorted {
            var cells: [TextTable.Cell] = [
                .init(model.status.label(on: terminal), model.status.style), .init(model.modelId.rawValue),
                .init(model.provider), .init(model.routing.verdict.rawValue, model.routing.verdict.style),
                .init(marks[model.modelId] ?? ""), .init(model.score.map { "\(Int($0.rounded()))" } ?? "–"),
                .init(FigureText.milliseconds(model.latency.p50)), .init(FigureText.milliseconds(model.latency.p99)),
                .init(FigureText.milliseconds(model.timeToFirstTokenMs)), .init(FigureText.share(model.errorRate)),
                .init(FigureText.share(model.availability)), .init(FigureText.span(now.timeIntervalSince(model.since))),
                .init(LocalTime.brief(model.reasons.first?.message ?? "", at: now), .faint),
            ]
            if marks.isEmpty { cells.remove(at: notice) }
            table.append(cells)
        }
        return table.lines(for: terminal)
    }

    private func summaryLine(_ terminal: Terminal) -> String {
        let parts: [String] = [HealthStatus.healthy, .degraded, .unhealthy, .unknown].compactMap { status in
            let count = models.count { $0.status == status }
            return count == 0 ? nil : status.style.apply(to: "\(count) \(status.rawValue)", on: terminal)
        }
        return "\(models.count) \(models.count == 1 ? "model" : "models"): \(parts.joined(separator: ", "))"
    }

    /// What models depend on, where it is not as it should be.
    private func componentLines(_ terminal: Terminal, at now: Date) -> [String] {
        summary.components.filter { $0.status != .healthy }.map { component in
            let text =
                "\(component.status.label(on: terminal))  \(component.kind.rawValue) \(component.name): \(component.reason)"
            let line = LocalTime.sentence(DisplayWidth.sanitized(text), at: now)
            let fitted = terminal.width.map { DisplayWidth.fit(line, to: $0, ellipsis: terminal.ellipsis) } ?? line
            return component.status.style.apply(to: fitted, on: terminal)
        }
    }
}

extension ModelHealthStatus {
    /// What operators have said of it, in a word each: `acknowledged`, `silenced`, `paused`, `maintenance`.
    fileprivate func noticeMarks(at now: Date) -> String {
        let kinds = Set(notices.filter { $0.until.map { $0 > now } ?? true }.map(\.kind))
        return Notice.Kind.allCases.filter(kinds.contains).map(\.mark).joined(separator: " ")
    }
}

extension Notice.Kind {
    fileprivate var mark: String {
        switch self {
        case .acknowledge: "acknowledged"
        case .silence: "silenced"
        case .pause: "paused"
        case .maintenance: "maintenance"
        }
    }
}

extension RoutingVerdict.Verdict {
    fileprivate var style: TextStyle {
        switch self {
        case .usable: .faint
        case .avoid: .warning
        case .excluded: .bad
        }
    }
}

extension HealthStatus {
    package var style: TextStyle {
        switch self {
        case .healthy: .good
        case .degraded: .warning
        case .unhealthy: .bad
        case .unknown: .faint
        }
    }

    /// The word, on a terminal with a shape of its own before it, so that colour is never all that tells.
    package func label(on terminal: Terminal) -> String {
        guard terminal.isInteractive else { return rawValue }
        let shape =
            switch self {
            case .healthy: terminal.hasUnicode ? "●" : "+"
            case .degraded: terminal.hasUnicode ? "▲" : "!"
            case .unhealthy: terminal.hasUnicode ? "✖" : "x"
            case .unknown: terminal.hasUnicode ? "○" : "?"
            }
        return "\(shape) \(rawValue)"
    }
}

/// Figures as a table shows them: short, with their unit, a dash for none.
package enum FigureText {
    package static func milliseconds(_ value: Double?) -> String {
        guard let value else { return "–" }
        if value < 9_950 { return value < 999.5 ? "\(Int(value.rounded())) ms" : "\(tenths(value / 1_000)) s" }
        return "\(Int((value / 1_000).rounded())) s"
    }

    /// A fraction as per cent; what is not quite everything or nothing never looks so.
    package static func share(_ value: Double?) -> String {
        guard let value else { return "–" }
        let percent = value * 100
        if percent > 0, percent < 0.1 { return "<0.1 %" }
        if percent < 100, percent >= 99.95 { return "99.9 %" }
        return percent == percent.rounded() ? "\(Int(percent)) %" : "\(tenths(percent)) %"
    }

    /// How long ago, in one unit.
    package static func span(_ seconds: Double) -> String {
        let seconds = Int(max(0, min(seconds, 1e12)).rounded())
        return switch seconds {
        case ..<120: "\(seconds)s"
        case ..<7_200: "\(seconds / 60)m"
        case ..<172_800: "\(seconds / 3_600)h"
        default: "\(seconds / 86_400)d"
        }
    }

    /// A count, thousands apart.
    package static func count(_ value: Double) -> String {
        let digits = Array("\(Int64(min(value, 9e18).rounded()))")
        return digits.enumerated().reduce(into: "") { text, digit in
            if digit.offset > 0, (digits.count - digit.offset) % 3 == 0 { text += "," }
            text.append(digit.element)
        }
    }

    /// A count that may be less than one.
    package static func few(_ value: Double) -> String {
        value < 10 && value != value.rounded() ? tenths(max(value, 0.1)) : count(value)
    }

    /// Dollars, with as many digits as say something.
    package static func dollars(_ value: Double?) -> String {
        guard let value else { return "–" }
        if value > 0, value < 0.005 { return "<$0.01" }
        let cents = Int64((min(value, 9e15) * 100).rounded())
        return "$\(count(Double(cents / 100))).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int64((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
