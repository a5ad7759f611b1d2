import Basics
import Foundation

/// Figures as rows of text, for a terminal or a page.
package struct ScoreTable: Sendable, Encodable {
    package var title: String
    package var columns: [String]
    package var rows: [[String]]

    package init(title: String, columns: [String], rows: [[String]]) {
        self.title = title
        self.columns = columns
        self.rows = rows
    }

    package var markdown: String {
        let head = "| " + columns.joined(separator: " | ") + " |"
        let line = "|" + String(repeating: "---|", count: columns.count)
        return ([head, line] + rows.map { "| " + $0.joined(separator: " | ") + " |" }).joined(separator: "\n") + "\n"
    }
}

extension ScoreTable {
    /// The contestants that probe: what they cost in false alarms and how soon they find what is wrong.
    package static func probing(_ scores: [ProbeScore], interval: Double) -> ScoreTable {
        ScoreTable(
            title: "Probing every \(Int(interval)) s",
            columns: [
                "", "false alarms /model-day (95 % bound)", "with 6 blips a day", "outage found: median / p95 / p99",
                "hanging", "30 % failing: median", "found in 1 h: 30 % / 15 % / 10 %", "recovery p99",
                "changes /1-h incident", "probes /day", "tokens /day",
            ],
            rows: scores.map { score in
                let third = score.partial[0.3]
                let within = [0.3, 0.15, 0.1].map { share in
                    percent(score.partial[share]?.found.share(within: 3_600))
                }
                return [
                    score.name, "\(rate(score.quiet.alarmsPerDay)) (\(rate(score.quiet.upperBound)))",
                    "\(rate(score.refusedBlips.alarmsPerDay)) refused, \(rate(score.hangingBlips.alarmsPerDay)) hanging",
                    [0.5, 0.95, 0.99].map { seconds(score.refused.found.quantile($0)) }.joined(separator: " / "),
                    [0.5, 0.95, 0.99].map { seconds(score.hanging.found.quantile($0)) }.joined(separator: " / "),
                    seconds(third?.found.quantile(0.5)), within.joined(separator: " / "),
                    seconds(score.refused.recovered.quantile(0.99)),
                    third.map { number($0.changesPerFault, 2) } ?? "–", number(score.looksPerDay, 0),
                    number(score.looksPerDay * ProbeScore.tokensPerLook, 0),
                ]
            })
    }

    /// What only a monitor with two verdicts and a learnt baseline has: our own figures in full.
    package static func detail(_ score: ProbeScore) -> ScoreTable {
        var rows: [[String]] = []
        func row(_ name: String, _ fault: FaultTrial.Result) {
            rows.append([
                name, "\(fault.faults)",
                [0.5, 0.95, 0.99].map { seconds(fault.found.quantile($0)) }.joined(separator: " / "),
                [0.5, 0.99].map { seconds(fault.avoided.quantile($0)) }.joined(separator: " / "),
                [0.5, 0.99].map { seconds(fault.recovered.quantile($0)) }.joined(separator: " / "),
                number(fault.entriesPerFault, 3), number(Double(fault.escalations) / Double(max(fault.faults, 1)), 3),
                number(fault.looks.mean, 1),
            ])
        }
        row("outage of 5–15 min, refused", score.refused)
        row("outage of 5–15 min, hanging", score.hanging)
        row("outage of 90 s–5 min, refused", score.short)
        for share in ProbeScore.shares.reversed() {
            if let fault = score.partial[share] { row("\(percent(share)) failing for 1 h", fault) }
        }
        return ScoreTable(
            title: score.name,
            columns: [
                "fault", "how many", "status: median / p95 / p99", "routing verdict: median / p99",
                "recovery: median / p99", "entries into an alarm", "escalations", "looks until found",
            ],
            rows: rows)
    }

    /// The gateways: what a fault of ten minutes costs their users.
    package static func traffic(_ scores: [TrafficScore]) -> ScoreTable {
        ScoreTable(
            title: "Users' failed requests at 5 requests/s, faults of 10 minutes, a healthy backup, no retries",
            columns: [
                "", "outage", "30 % failing", "hanging", "false ejections /h at 1 % noise", "at 3 % noise",
            ],
            rows: scores.map { score in
                [
                    score.name, number(score.refused.failedPerFault, 2), number(score.partial.failedPerFault, 2),
                    number(score.hanging.failedPerFault, 1), rate(score.quiet.falseEjectionsPerHour),
                    rate(score.noisy.falseEjectionsPerHour),
                ]
            })
    }

    /// What must hold whatever happens.
    package static func invariants(_ result: InvariantTrial.Result) -> ScoreTable {
        ScoreTable(
            title: "Invariants in worlds where everything goes wrong",
            columns: ["", "model-years", "probes", "changes", "steps checked", "broken rules", "fingerprint"],
            rows: [
                [
                    "llm-health", number(result.modelDays / 365, 1), "\(result.probes)", "\(result.events)",
                    "\(result.checks)",
                    result.violations.isEmpty ? "none" : "\(result.counts.count)",
                    String(result.fingerprint, radix: 16),
                ]
            ])
    }

    /// What was broken, a few times of each rule.
    package static func violations(_ result: InvariantTrial.Result) -> ScoreTable {
        ScoreTable(
            title: "Broken rules",
            columns: ["rule", "times", "seed", "at", "what", "before it"],
            rows: result.violations.sorted { ($0.rule.rawValue, $0.seed, $0.at) < ($1.rule.rawValue, $1.seed, $1.at) }
                .map {
                    [
                        $0.rule.rawValue, "\(result.counts[$0.rule, default: 0])", "\($0.seed)", "\($0.at.brief) s",
                        $0.model.isEmpty ? $0.detail : "\($0.model) \($0.detail)", $0.evidence.joined(separator: ", "),
                    ]
                })
    }

    static func seconds(_ value: Double?) -> String {
        guard let value else { return "–" }
        return value.isFinite ? "\(number(value, value < 100 ? 1 : 0)) s" : "not found"
    }

    static func percent(_ value: Double?) -> String {
        guard let value else { return "–" }
        return "\(number(100 * value, value == 1 || value == 0 || value * 100 == (value * 100).rounded() ? 0 : 1)) %"
    }

    /// A rate with the digits that a small one needs.
    static func rate(_ value: Double) -> String { number(value, value < 0.1 ? 4 : 2) }

    static func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
