import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The public status page as HTML that needs no script.
package enum StatusHTML {
    package static func text(_ content: StatusContent) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(content.headline.xmlEscaped) · \(content.title.xmlEscaped)</title>
        <link rel="icon" href="/assets/\(icon(content.condition)).svg" type="image/svg+xml">
        <link rel="stylesheet" href="/assets/status.css">
        <script type="module" src="/assets/status.js"></script>
        <link rel="alternate" type="application/rss+xml" title="\(content.title.xmlEscaped)" href="/status/feed.xml">
        <link rel="alternate" type="application/feed+json" title="\(content.title.xmlEscaped)" href="/status/feed.json">
        </head>
        <body>
        <header>
        <h1>\(content.title.xmlEscaped)</h1>
        \(content.text.isEmpty ? "" : "<p>\(content.text.xmlEscaped)</p>")
        </header>
        <main>
        <p class="headline \(content.condition.name)">\(sign(content.condition)) <strong>\(content.headline.xmlEscaped)</strong></p>
        \(announcements(content))
        \(content.groups.map(group).joined(separator: "\n"))
        \(incidents(content))
        </main>
        <footer>
        <p>As of \(time(content.at.flooredToMinute)). A bar is a day in UTC: a shorter one had trouble, the shortest were not observed.</p>
        <p><a href="/status/feed.xml">RSS</a> <a href="/status/feed.json">JSON feed</a></p>
        </footer>
        </body>
        </html>

        """
    }

    // MARK: Words to everybody

    private static func announcements(_ content: StatusContent) -> String {
        let words = content.announcements.map { notice($0, "Notice", content.at) }
        let work = content.maintenance.map { work in
            notice(work, work.from <= content.at ? "Maintenance now" : "Planned maintenance", content.at)
        }
        return (words + work).joined(separator: "\n")
    }

    private static func notice(_ announcement: Announcement, _ kind: String, _ now: Date) -> String {
        let span =
            announcement.until.map { "\(time(announcement.from)) to \(time($0))" } ?? "Since \(time(announcement.from))"
        return """
            <section class="notice">
            <p class="kind">\(kind)</p>
            <h2>\(announcement.title.xmlEscaped)</h2>
            \(announcement.text.isEmpty ? "" : "<p>\(announcement.text.xmlEscaped)</p>")
            <p class="when">\(span)</p>
            </section>
            """
    }

    // MARK: Lines

    private static func group(_ group: StatusContent.Group) -> String {
        let lines = group.lines.map { line($0, level: group.isOneLine ? "h2" : "h3") }.joined(separator: "\n")
        return """
            <section class="group">
            \(group.isOneLine && !group.lines.isEmpty ? "" : "<h2>\(group.name.xmlEscaped)</h2>")
            \(lines.isEmpty ? "<p class=\"none\">Nothing here yet.</p>" : lines)
            </section>
            """
    }

    private static func line(_ line: StatusContent.Line, level: String) -> String {
        let uptime = line.uptimeWords
        return """
            <article>
            <div class="top"><\(level)>\(line.name.xmlEscaped)</\(level)>
            <p class="condition \(line.condition.name)">\(sign(line.condition)) \(line.condition.words)</p></div>
            \(bars(line))
            <p class="scale"><span class="all">\(line.days.count) days ago</span>\
            <span class="recent">\((line.days.count + 1) / 2) days ago</span> <span>\(uptime)</span> <span>Today</span></p>
            </article>
            """
    }

    private static let barWidth = 7
    private static let barGap = 3
    private static let barHeight = 34

    /// One bar a day; whoever cannot see them hears their sum.
    private static func bars(_ line: StatusContent.Line) -> String {
        let step = barWidth + barGap
        let width = max(line.days.count * step - barGap, 1)
        let troubled = line.days.filter { $0.worst == .degraded || $0.worst == .unhealthy }.count
        let seen = line.days.count { $0.worst != nil }
        let label = "\(seen) of \(line.days.count) days observed, \(troubled) of them with trouble"
        let bars = line.days.enumerated().map { index, day in
            // The worse the day, the shorter its bar: colour is not all that tells.
            let height = day.barHeight(of: barHeight)
            return """
                <rect class="\(day.look)" x="\(index * step)" y="\(barHeight - height)" width="\(barWidth)" \
                height="\(height)" rx="1.5"><title>\(date(day.start)): \(day.words)</title></rect>
                """
        }
        return """
            <div class="strip"><svg class="bars" viewBox="0 0 \(width) \(barHeight)" preserveAspectRatio="none" role="img" \
            aria-label="\(label)">\(bars.joined())</svg></div>
            """
    }

    // MARK: Incidents

    private static func incidents(_ content: StatusContent) -> String {
        guard !content.incidents.isEmpty else {
            return "<section class=\"past\"><h2>Incidents</h2><p class=\"none\">None in 90 days.</p></section>"
        }
        let items = content.incidents.map { incident in
            let span =
                incident.to.map { end in
                    "\(time(incident.from)), \(end.span(since: incident.from))"
                } ?? "Since \(time(incident.from))"
            return """
                <li class="\(incident.to == nil ? "open" : "over")" id="incident-\(incident.id.xmlEscaped)">
                <h3>\(sign(incident.isOutage ? .outage : .degraded)) \
                <a href="#incident-\(incident.id.xmlEscaped)">\(incident.title.xmlEscaped)</a></h3>
                <p>\(span)\(incident.to == nil ? " <strong>Not over yet</strong>" : "")</p>
                </li>
                """
        }
        return "<section class=\"past\"><h2>Incidents</h2><ul>\(items.joined(separator: "\n"))</ul></section>"
    }

    // MARK: Pieces

    /// The same shapes as everywhere; the words beside them say the same.
    private static func sign(_ condition: StatusContent.Condition) -> String {
        let shape =
            switch condition {
            case .operational: "<circle cx=\"8\" cy=\"8\" r=\"6\"/>"
            case .degraded: "<path d=\"M8 1.5 15 14H1z\"/>"
            case .outage: "<path d=\"M2 2h12v12H2z\"/>"
            case .maintenance: "<path d=\"M8 1 15 8 8 15 1 8z\"/>"
            case .unknown: "<circle class=\"ring\" cx=\"8\" cy=\"8\" r=\"5\"/>"
            }
        return "<svg class=\"sign \(condition.name)\" viewBox=\"0 0 16 16\" aria-hidden=\"true\">\(shape)</svg>"
    }

    /// As the dashboard's, so that a tab tells how it goes.
    private static func icon(_ condition: StatusContent.Condition) -> String {
        switch condition {
        case .operational, .maintenance: "icon-healthy"
        case .degraded: "icon-degraded"
        case .outage: "icon-unhealthy"
        case .unknown: "icon-unknown"
        }
    }

    static func percent(_ share: Double) -> String { "\(share.percentText) %" }

    static func time(_ date: Date) -> String {
        let text = date.rfc3339
        return "<time datetime=\"\(text)\">\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC</time>"
    }

    private static func date(_ date: Date) -> String { String(date.rfc3339.prefix(10)) }
}

extension StatusContent.Day {
    /// Below this share a day counts as one of an outage; above, trouble was short.
    private static let shortOutage = 0.99

    func barHeight(of full: Int) -> Int {
        switch look {
        case "outage": full * 2 / 5
        case "degraded": full * 7 / 10
        case "operational": full
        default: full / 5
        }
    }

    /// The class of its bar.
    var look: String {
        // Not to have known for a moment is no trouble.
        guard let uptime else { return worst == nil ? "unseen" : "unknown" }
        switch worst {
        case .unhealthy: return uptime < Self.shortOutage ? "outage" : "degraded"
        case .degraded: return "degraded"
        default: return "operational"
        }
    }

    var words: String {
        guard let uptime else { return worst == nil ? "not observed" : "no data" }
        let trouble =
            switch worst {
            case .unhealthy: ", outage"
            case .degraded: ", degraded"
            default: ""
            }
        return StatusHTML.percent(uptime) + " uptime" + trouble
    }
}

extension Double {
    /// A share as percent with at most two decimals, never rounded up.
    var percentText: String {
        let hundredths = Int((self * 10_000 + 1e-6).rounded(.down))
        let (whole, rest) = (hundredths / 100, hundredths % 100)
        if rest == 0 { return "\(whole)" }
        return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest / 10)\(rest % 10)"
    }
}
