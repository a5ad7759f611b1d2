import Health
import History

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A report as tables in a terminal.
struct ReportText {
    private let report: HealthReport

    /// Incidents that are named; the others are counted.
    private static let mostIncidents = 20

    init(_ report: HealthReport) { self.report = report }

    func lines(for terminal: Terminal) -> [String] {
        let title = "\(Self.minute(report.range.from)) to \(Self.minute(report.range.to)) UTC"
        guard !report.models.isEmpty else { return [title, "", "nothing is known of this time"] }
        return [TextStyle.strong.apply(to: title, on: terminal), ""] + models(terminal) + ["", verdict(terminal)]
            + incidents(terminal)
    }

    private func models(_ terminal: Terminal) -> [String] {
        let isPlanned = report.models.contains { $0.maintenanceSeconds > 0 }
        let planned: [TextTable.Column] = isPlanned ? [.init("OUTSIDE MAINTENANCE", .right, dispensability: 1)] : []
        var table = TextTable(
            [.init("MODEL", comfortable: 24, least: 12), .init("UPTIME", .right)] + planned + [
                .init("OBJECTIVE", .right, dispensability: 2), .init("BUDGET LEFT", .right, dispensability: 1),
                .init("DOWN", .right), .init("DEGRADED", .right, dispensability: 5),
                .init("UNSEEN", .right, dispensability: 7), .init("INCIDENTS", .right, dispensability: 3),
                .init("MTTR", .right, dispensability: 4), .init("ERRORS", .right, dispensability: 6),
                .init("P50", .right, dispensability: 8), .init("P99", .right, dispensability: 9),
                .init("REQUESTS", .right, dispensability: 10),
            ])
        for model in report.models {
            let style: TextStyle? = model.isMet.map { $0 ? .good : .bad }
            let outside: [TextTable.Cell] =
                isPlanned ? [.init(Self.percent(model.uptimeOutsideMaintenance), style)] : []
            table.append(
                [.init(model.modelId.rawValue), .init(Self.percent(model.uptime), style)] + outside + [
                    .init(Self.percent(model.objective)),
                    .init(
                        model.errorBudget.remaining.map { "\(Int(($0 * 100).rounded(.down))) %" } ?? "–",
                        model.uptime == nil ? nil : style),
                    .init(FigureText.span(model.unhealthySeconds)), .init(FigureText.span(model.degradedSeconds)),
                    .init(FigureText.span(model.unknownSeconds)), .init("\(model.incidents)"),
                    .init(model.meanTimeToRecoverySeconds.map(FigureText.span) ?? "–"),
                    .init(FigureText.share(model.errorRate)), .init(FigureText.milliseconds(model.latency.p50)),
                    .init(FigureText.milliseconds(model.latency.p99)), .init("\(model.requests)"),
                ])
        }
        return table.lines(for: terminal)
    }

    private func verdict(_ terminal: Terminal) -> String {
        let missed = report.models.count { $0.isMet == false }
        let met = report.models.count { $0.isMet == true }
        guard missed > 0 else {
            return TextStyle.good.apply(to: "\(met) of \(report.models.count) models met their objective", on: terminal)
        }
        return TextStyle.bad.apply(
            to:
                "\(missed) of \(report.models.count) model\(report.models.count == 1 ? "" : "s") missed their objective",
            on: terminal)
    }

    private func incidents(_ terminal: Terminal) -> [String] {
        guard !report.incidents.isEmpty else { return ["no incidents"] }
        var table = TextTable([
            .init("INCIDENT"), .init("MODEL", comfortable: 20, least: 10), .init("FOR", .right), .init("WORST"),
            .init("WHY", comfortable: 20, least: 10),
        ])
        for incident in report.incidents.prefix(Self.mostIncidents) {
            let span = FigureText.span(incident.duration(at: report.createdAt).seconds)
            table.append([
                .init(Self.minute(incident.from)), .init(incident.modelId.rawValue),
                .init(incident.to == nil ? "\(span)+" : span),
                .init(incident.worst.rawValue, incident.worst.style), .init(incident.reason, .faint),
            ])
        }
        let more = report.incidents.count - Self.mostIncidents
        return [""] + table.lines(for: terminal) + (more > 0 ? ["and \(more) more"] : [])
    }

    /// `2026-11-23 10:00`.
    static func minute(_ date: Date) -> String { String(date.rfc3339.prefix(16)).replacing("T", with: " ") }

    /// Two digits behind the point, rounded down: 99.999 % is not 100 %.
    static func percent(_ share: Double?) -> String {
        guard let share else { return "–" }
        let hundredths = Int((share * 10_000 + 1e-7).rounded(.down))
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) %"
    }
}
