package import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// What operators have said and is not over, as a table for people or as JSON for programs.
package struct NoticeReport: Sendable, Encodable {
    package var notices: [Notice]
    package var maintenance: [Announcement]
    package var announcements: [Announcement]

    package init(notices: [Notice], maintenance: [Announcement], announcements: [Announcement]) {
        self.notices = notices
        self.maintenance = maintenance
        self.announcements = announcements
    }

    /// A line each, in the order of their beginning; times in UTC.
    package func lines(for terminal: Terminal, at now: Date) -> [String] {
        guard !notices.isEmpty || !maintenance.isEmpty || !announcements.isEmpty else { return ["no notices"] }
        var table = TextTable([
            .init("KIND"), .init("ID"), .init("MODELS", comfortable: 24, least: 12),
            .init("FROM", dispensability: 2), .init("UNTIL"), .init("BY", dispensability: 1),
            .init("WHY", comfortable: 20, least: 10),
        ])
        func append(
            _ kind: String, _ id: String, _ models: String, _ from: Date, _ until: Date?, by: String, _ why: String,
            openEnd: String
        ) {
            table.append([
                .init(kind, from <= now ? .warning : .faint), .init(id), .init(models), .init(from.minuteText),
                .init(until.map(\.minuteText) ?? openEnd), .init(by), .init(why, .faint),
            ])
        }
        for notice in notices.sorted(by: { ($0.at, $0.id) < ($1.at, $1.id) }) {
            append(
                notice.kind.rawValue, notice.id, notice.modelId.rawValue, notice.at, notice.until, by: notice.by,
                notice.reason, openEnd: "recovery")
        }
        for (kind, said) in [("maintenance", maintenance), ("announcement", announcements)] {
            for one in said {
                // An id that cannot be ended is of no use.
                append(
                    kind, one.isConfigured ? "–" : one.id,
                    one.models.isEmpty ? "all" : one.models.map(\.rawValue).joined(separator: ", "),
                    one.from, one.until, by: one.isConfigured ? "configuration" : "", one.title, openEnd: "taken back")
            }
        }
        return table.lines(for: terminal)
    }
}

extension Date {
    /// `2026-12-24T21:00Z`
    fileprivate var minuteText: String { rfc3339.prefix(16) + "Z" }
}
