package import Health
package import History

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// What the public status page says at a moment, in public words: no reasons, hosts, providers or names of people.
package struct StatusContent: Sendable {
    /// How the public is told how it goes.
    enum Condition: Int, Sendable, Comparable {
        case operational, unknown, maintenance, degraded, outage

        static func < (a: Condition, b: Condition) -> Bool { a.rawValue < b.rawValue }

        init(_ model: ModelHealthStatus) {
            if model.notices.contains(where: { $0.kind == .maintenance || $0.kind == .pause }) {
                self = .maintenance
                return
            }
            switch model.status {
            case .healthy: self = .operational
            case .degraded: self = .degraded
            case .unhealthy: self = .outage
            case .unknown: self = .unknown
            }
        }

        var words: String {
            switch self {
            case .operational: "Operational"
            case .unknown: "No data"
            case .maintenance: "Maintenance"
            case .degraded: "Degraded"
            case .outage: "Outage"
            }
        }

        /// For style sheets and programs.
        var name: String {
            switch self {
            case .operational: "operational"
            case .unknown: "unknown"
            case .maintenance: "maintenance"
            case .degraded: "degraded"
            case .outage: "outage"
            }
        }
    }

    struct Day: Sendable, Hashable {
        var start: Date
        /// `nil` where nobody looked.
        var uptime: Double?
        var worst: HealthStatus?
    }

    /// A model, or a group that is shown as one.
    struct Line: Sendable {
        var name: String
        var condition: Condition
        /// Of all the days together.
        var uptime: Double?
        /// Seconds that it is about.
        var observed: Double = 0
        var days: [Day]
    }

    struct Group: Sendable {
        var name: String
        var lines: [Line]
        /// Whether its one line has its name.
        var isOneLine: Bool
    }

    /// A stretch of trouble.
    struct Incident: Sendable {
        var id: String
        var name: String
        var title: String
        var isOutage: Bool
        var from: Date
        /// `nil` while it lasts.
        var to: Date?
    }

    var title: String
    var text: String
    var condition: Condition
    var headline: String
    var groups: [Group]
    /// Now and to come.
    var maintenance: [Announcement]
    var announcements: [Announcement]
    /// Newest first.
    var incidents: [Incident]
    var at: Date

    /// Incidents that are shown at most.
    static let longestList = 50

    /// - Parameter report: of all models of the page, day by day.
    package init(_ page: StatusPage, fleet: FleetHealth, report: HealthReport, board: NoticeBoard?, at now: Date) {
        let rows = Dictionary(report.models.map { ($0.modelId, $0) }, uniquingKeysWith: { first, _ in first })
        title = page.title
        text = page.text
        at = now
        var groups: [Group] = []
        for group in page.groups {
            let models = fleet.models.filter { group.contains($0.modelId) }
            let lines = models.map { model in
                let row = rows[model.modelId]
                return Line(
                    name: page.names[model.modelId] ?? model.modelId.rawValue, condition: Condition(model),
                    uptime: row?.uptime, observed: row?.observedSeconds ?? 0,
                    days: (row?.days ?? []).map { Day(start: $0.start, uptime: $0.uptime, worst: $0.worst) })
            }
            groups.append(
                Group(
                    name: group.name,
                    lines: group.showsModels
                        ? lines.sorted { $0.condition > $1.condition }
                        : lines.isEmpty ? [] : [Line(name: group.name, of: lines)],
                    isOneLine: !group.showsModels))
        }
        // Worst first; what is equally bad stays in the order of the configuration.
        self.groups = groups.sorted { $0.worst > $1.worst }
        let lines = groups.flatMap(\.lines)
        (condition, headline) = Self.headline(lines)
        let shown = Set(page.models(of: fleet))
        func isShown(_ announcement: Announcement) -> Bool {
            announcement.models.isEmpty || shown.contains { announcement.concerns($0) }
        }
        maintenance = board?.maintenance(at: now).filter(isShown) ?? []
        announcements = board?.announcements(at: now).filter { $0.from <= now && isShown($0) } ?? []
        incidents = Incident.told(report.incidents.filter { shown.contains($0.modelId) }, page)
            .prefix(Self.longestList).map { $0 }
    }

    static func headline(_ lines: [Line]) -> (Condition, String) {
        let known = lines.filter { $0.condition != .unknown }
        guard !known.isEmpty else { return (.unknown, "Nothing is known yet") }
        let out = known.filter { $0.condition == .outage }
        let degraded = known.filter { $0.condition == .degraded }
        if out.count == known.count, out.count > 1 { return (.outage, "Everything is down") }
        if !out.isEmpty { return (.outage, "\(named(out)) down") }
        if !degraded.isEmpty { return (.degraded, "\(named(degraded)) degraded") }
        if known.contains(where: { $0.condition == .maintenance }) { return (.maintenance, "Maintenance is under way") }
        let unknown = lines.count - known.count
        if unknown > known.count { return (.unknown, "Nothing is known of \(unknown) of \(lines.count)") }
        return (.operational, unknown == 0 ? "Everything works" : "Everything that is known of works")
    }
}

extension StatusContent {
    /// `chat is`, `chat and search are`, `chat, search and 3 more are`.
    private static func named(_ lines: [Line]) -> String {
        let names = lines.map(\.name)
        switch names.count {
        case 1: return "\(names[0]) is"
        case 2: return "\(names[0]) and \(names[1]) are"
        case 3: return "\(names[0]), \(names[1]) and \(names[2]) are"
        default: return "\(names[0]), \(names[1]) and \(names.count - 2) more are"
        }
    }
}

extension StatusContent.Group {
    fileprivate var worst: StatusContent.Condition { lines.map(\.condition).max() ?? .operational }
}

extension StatusContent.Line {
    /// So much has to be observed before a share of it says anything.
    private static let leastObserved = 3_600.0

    /// What is said of its uptime.
    var uptimeWords: String {
        guard let uptime else { return "Not observed yet" }
        guard observed >= Self.leastObserved else { return "Observed for less than an hour" }
        return "\(StatusHTML.percent(uptime)) uptime"
    }

    /// Several models as one: down when all are, degraded when any is not as it should be.
    init(name: String, of lines: [Self]) {
        self.name = name
        let known = lines.map(\.condition).filter { $0 != .unknown }
        condition =
            known.isEmpty
            ? .unknown
            : known.allSatisfy { $0 == .outage }
                ? .outage
                : known.contains { $0 >= .degraded } ? .degraded : known.max() ?? .unknown
        func mean(_ shares: [Double?]) -> Double? {
            let known = shares.compactMap { $0 }
            return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
        }
        observed = lines.reduce(0) { $0 + $1.observed }
        // One that was watched for minutes says little of months.
        let weighted = lines.reduce(0) { $0 + ($1.uptime ?? 0) * $1.observed }
        uptime = observed > 0 ? weighted / observed : nil
        days = (lines.first?.days ?? []).indices.map { index in
            let same = lines.compactMap { $0.days.indices.contains(index) ? $0.days[index] : nil }
            let worst = same.compactMap(\.worst).max { $0.severity < $1.severity }
            return StatusContent.Day(
                start: same[0].start, uptime: mean(same.map(\.uptime)),
                worst: worst == .unhealthy && same.contains { $0.worst ?? .unhealthy != .unhealthy } ? .degraded : worst
            )
        }
    }
}

extension StatusContent.Incident {
    /// In public words, newest first; what overlaps in a group that is shown as one is told once.
    fileprivate static func told(_ incidents: [Incident], _ page: StatusPage) -> [Self] {
        var told: [Self] = []
        // The one of each such group that may go on, by the group's name.
        var open: [String: Int] = [:]
        for incident in incidents.sorted(by: { ($0.from, $0.id) < ($1.from, $1.id) }) {
            guard let group = page.groups.first(where: { $0.contains(incident.modelId) }) else { continue }
            guard !group.showsModels else {
                told.append(Self(incident, name: page.publicName(of: incident.modelId) ?? group.name))
                continue
            }
            if let index = open[group.name], told[index].to.map({ $0 >= incident.from }) ?? true {
                if let end = told[index].to { told[index].to = incident.to.map { max($0, end) } }
                continue
            }
            open[group.name] = told.count
            // Of one of several models: the others may have answered.
            var one = Self(incident, name: group.name)
            one.isOutage = false
            told.append(one)
        }
        return told.sorted { ($1.from, $0.id) < ($0.from, $1.id) }
    }

    private init(_ incident: Incident, name: String) {
        isOutage = incident.worst == .unhealthy
        // What exactly goes wrong may be nobody's business: keys, quotas and hosts are not told.
        let what =
            switch incident.code {
            case .slow, .cpuFallback: "Slow answers"
            case .errors, .flapping, .check, .target, .streaming, .otherModel: "Errors"
            case .rateLimited, .overloaded: "Limited capacity"
            default: incident.worst == .unhealthy ? "No answers" : "Impaired"
            }
        title = "\(name): \(what.lowercased())"
        id = incident.id
        self.name = name
        from = incident.from
        to = incident.to
    }
}
