import Health
import Trials

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Two policies side by side: what each said when, and what it comes to.
struct ReplayTables {
    private let names: [String]
    private var changes = TextTable([
        .init("TIME"), .init("POLICY"), .init("MODEL", comfortable: 24, least: 12), .init("CHANGE"),
        .init("REASON", comfortable: 20, least: 10),
    ])

    /// - Parameter names: where each policy stands.
    init(names: [String]) { self.names = names }

    mutating func add(_ event: HealthChangeEvent, of policy: Int) {
        changes.append([
            .init(String(event.timestamp.rfc3339.prefix(19)) + "Z"), .init(ReplayLines.names[policy]),
            .init(event.modelId.rawValue),
            .init("\(event.previousStatus.rawValue) -> \(event.currentStatus.rawValue)", event.currentStatus.style),
            .init(event.reason, .faint),
        ])
    }

    func lines(_ summaries: [ReplaySummary], for terminal: Terminal) -> [String] {
        var lines = changes.rows.isEmpty ? ["no status changed"] : changes.lines(for: terminal)
        lines += [""] + comparison(summaries).lines(for: terminal) + [""]
        lines += zip(ReplayLines.names, names).map { DisplayWidth.sanitized("\($0): \($1)") }
        if let summary = summaries.first {
            let span = FigureText.span(summary.to.timeIntervalSince(summary.from))
            lines.append(
                "\(FigureText.count(Double(summary.evidence))) outcomes of \(summary.models.count) "
                    + "\(summary.models.count == 1 ? "model" : "models") in \(span) from \(summary.from.rfc3339)")
        }
        return lines
    }

    private func comparison(_ summaries: [ReplaySummary]) -> TextTable {
        var table = TextTable([.init("")] + ReplayLines.names.map { .init($0.uppercased(), .right) })
        func row(_ title: String, _ figure: (ReplaySummary) -> String) {
            table.append([.init(title)] + summaries.map { .init(figure($0)) })
        }
        func count(_ title: String, _ figure: (ReplaySummary) -> Int) {
            row(title) { FigureText.count(Double(figure($0))) }
        }
        count("changes", \.changes)
        count("times degraded", \.entries.degraded)
        count("times unhealthy", \.entries.unhealthy)
        row("time healthy") { FigureText.share($0.share.healthy) }
        row("time degraded") { FigureText.share($0.share.degraded) }
        row("time unhealthy") { FigureText.share($0.share.unhealthy) }
        row("time unknown") { FigureText.share($0.share.unknown) }
        count("looks asked for", \.looks.asked)
        count("answered", \.looks.answered)
        count("unanswered", \.looks.unanswered)
        return table
    }
}
