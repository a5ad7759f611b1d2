import Health
import History

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A report as one page that needs nothing else: to be sent, printed, or kept.
enum ReportPage {
    static func text(_ report: HealthReport) -> String {
        let title = "\(ReportText.minute(report.range.from)) to \(ReportText.minute(report.range.to)) UTC"
        let missed = report.models.count { $0.isMet == false }
        let headline =
            report.models.isEmpty
            ? "Nothing is known of this time"
            : missed == 0
                ? "All models met their objective"
                : "\(missed) of \(report.models.count) model\(report.models.count == 1 ? "" : "s") missed their objective"
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Health of LLM models, \(escaped(title))</title>
            <style>\(style)</style>
            </head>
            <body>
            <main>
            <p class="range">\(escaped(title))</p>
            <h1>\(escaped(headline))</h1>
            \(report.models.isEmpty ? "" : models(report))
            <h2>Incidents</h2>
            \(report.incidents.isEmpty ? "<p>None.</p>" : incidents(report))
            <footer>Uptime is the share of the observed time in which a model was not unhealthy; a day that nobody observed is
            hatched. Made by llm-health at \(escaped(ReportText.minute(report.createdAt))) UTC.</footer>
            </main>
            </body>
            </html>

            """
    }

    private static func models(_ report: HealthReport) -> String {
        let rows = report.models.map { model in
            let budget = model.errorBudget.remaining.map { "\(Int(($0 * 100).rounded(.down))) %" } ?? "–"
            let verdict = model.isMet.map { $0 ? "met" : "missed" } ?? "unseen"
            return """
                <tr class="\(verdict)">
                <th scope="row">\(escaped(model.modelId.rawValue))<small>\(escaped(model.provider))</small></th>
                <td class="days">\(days(model))</td>
                <td class="n uptime">\(ReportText.percent(model.uptime))\(outside(model))</td>
                <td class="n">\(ReportText.percent(model.objective))</td>
                <td class="n">\(budget)</td>
                <td class="n">\(FigureText.span(model.unhealthySeconds))</td>
                <td class="n">\(FigureText.span(model.degradedSeconds))</td>
                <td class="n">\(model.incidents)</td>
                <td class="n">\(model.meanTimeToRecoverySeconds.map(FigureText.span) ?? "–")</td>
                <td class="n">\(FigureText.share(model.errorRate))</td>
                <td class="n">\(FigureText.milliseconds(model.latency.p50))</td>
                <td class="n">\(FigureText.milliseconds(model.latency.p99))</td>
                </tr>
                """
        }
        return """
            <div class="wide"><table>
            <thead><tr><th scope="col">Model</th><th scope="col">Days</th><th scope="col" class="n">Uptime</th>
            <th scope="col" class="n">Objective</th><th scope="col" class="n">Budget left</th><th scope="col" class="n">Down</th>
            <th scope="col" class="n">Degraded</th><th scope="col" class="n">Incidents</th><th scope="col" class="n">Recovery</th>
            <th scope="col" class="n">Errors</th><th scope="col" class="n">p50</th><th scope="col" class="n">p99</th></tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody>
            </table></div>
            """
    }

    /// What the objective is about, where that is something else.
    private static func outside(_ model: HealthReport.Model) -> String {
        guard model.maintenanceSeconds > 0 else { return "" }
        return "<small>\(ReportText.percent(model.uptimeOutsideMaintenance)) outside maintenance</small>"
    }

    /// One bar a day, with its figure for those who point at it or hear it.
    private static func days(_ model: HealthReport.Model) -> String {
        let width = 6
        let bars = model.days.enumerated().map { index, day in
            let said = "\(day.start.rfc3339.prefix(10)): \(day.uptime.map { ReportText.percent($0) } ?? "not observed")"
            let name = day.uptime == nil ? "gap" : (day.worst ?? .unknown).rawValue
            return
                "<rect class=\"\(name)\" x=\"\(index * width)\" y=\"0\" width=\"\(width - 1)\" height=\"22\" rx=\"1\"><title>\(escaped(said))</title></rect>"
        }
        let whole = max(model.days.count * width - 1, 1)
        return """
            <svg width="\(whole)" height="22" viewBox="0 0 \(whole) 22" role="img" aria-label="\(model.days.count) days"><defs>\
            <pattern id="gap" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
            <rect width="2" height="4" class="hatch"/></pattern></defs>\(bars.joined())</svg>
            """
    }

    private static func incidents(_ report: HealthReport) -> String {
        let rows = report.incidents.map { incident in
            let span = FigureText.span(incident.duration(at: report.createdAt).seconds)
            return """
                <tr><td class="n">\(ReportText.minute(incident.from))</td><th scope="row">\(escaped(incident.modelId.rawValue))</th>
                <td class="n">\(incident.to == nil ? "lasts, \(span)" : span)</td>
                <td><span class="mark \(incident.worst.rawValue)"></span>\(incident.worst.rawValue)</td>
                <td class="why">\(escaped(incident.reason))</td></tr>
                """
        }
        return """
            <div class="wide"><table><thead><tr><th scope="col" class="n">Began (UTC)</th><th scope="col">Model</th>
            <th scope="col" class="n">For</th><th scope="col">Worst</th><th scope="col">Why</th></tr></thead><tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div>
            """
    }

    static func escaped(_ text: String) -> String {
        DisplayWidth.sanitized(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(
            ">", with: "&gt;"
        )
        .replacing("\"", with: "&quot;")
    }

    private static let style = """
        :root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d8dee4;--page:#fff;--good:#1a7f37;--warn:#bf8700;\
        --bad:#cf222e;--none:#8c959f}
        @media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--line:#30363d;--page:#0d1117;--good:#3fb950;\
        --warn:#d29922;--bad:#ff7b72;--none:#6e7681}}
        body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        main{max-width:1280px;margin:0 auto;padding:40px 24px}
        h1{font-size:28px;line-height:1.2;margin:4px 0 28px}h2{font-size:18px;margin:36px 0 8px}
        .range,footer,small{color:var(--soft)}.range{margin:0}footer{margin-top:40px;font-size:13px;max-width:70ch}
        .wide{overflow-x:auto}table{border-collapse:collapse;width:100%}
        th,td{text-align:left;padding:9px 14px 9px 0;border-bottom:1px solid var(--line);font-weight:400;vertical-align:middle}
        thead th{color:var(--soft);font-size:13px;white-space:nowrap}th[scope=row]{font-weight:600;overflow-wrap:anywhere}
        small{display:block;font-weight:400;font-size:13px}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .uptime{font-weight:600}.met .uptime{color:var(--good)}.missed .uptime{color:var(--bad)}.why{color:var(--soft)}
        svg{display:block}rect.healthy{fill:var(--good)}rect.degraded{fill:var(--warn)}rect.unhealthy{fill:var(--bad)}\
        rect.unknown{fill:var(--none)}rect.gap{fill:url(#gap)}.hatch{fill:var(--line)}
        .mark{display:inline-block;width:9px;height:9px;margin-right:7px;border-radius:50%}.mark.unhealthy{background:var(--bad);\
        border-radius:1px}.mark.degraded{background:var(--warn)}
        """
}
