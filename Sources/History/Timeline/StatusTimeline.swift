package import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// What a model's status was from when to when. What nobody observed is neither up nor down: it is open.
///
/// The periods are in order, touch one another, and fill the range from its beginning to its end.
package struct StatusTimeline: Sendable, Hashable {
    package struct Period: Sendable, Hashable {
        package var from: Date
        package var to: Date
        /// `nil` where nothing was observed.
        package var status: HealthStatus?
        /// Why, as of the period's beginning; `nil` where nothing was observed.
        package var code: HealthReason.Code?
        /// The sentence of the change that began it; `nil` where only snapshots tell of it.
        package var reason: String?

        package init(
            from: Date, to: Date, status: HealthStatus?, code: HealthReason.Code? = nil, reason: String? = nil
        ) {
            self.from = from
            self.to = to
            self.status = status
            self.code = code
            self.reason = reason
        }

        package var duration: Duration { .milliseconds(to.milliseconds - from.milliseconds) }
        /// Counts for availability: observed, not unknown, and not a local model at rest.
        package var isCounted: Bool { status != nil && status != .unknown && code != .idle }
    }

    /// A snapshot comes at least this often; so long does one vouch for a status when nothing follows.
    package static let rhythm: Duration = .seconds(60)
    /// A longer silence than this means that nobody looked.
    package static let longestSilence: Duration = .seconds(3 * 60)

    package var modelId: ModelID
    package var range: TimeRange
    package var periods: [Period]
    /// What is shorter may be missing from the periods; zero when they are exact.
    package var resolution: Duration
    /// The share 0…1 of the observed time of the whole range in which the model was not unhealthy, exact whatever the
    /// resolution; `nil` when none counts.
    package var availability: Double?

    package init(modelId: ModelID, range: TimeRange, periods: [Period]) {
        self.init(modelId: modelId, range: range, periods: periods, resolution: .zero, availability: nil)
        availability = shares(at: [range.from, range.to]).first?.availability
    }

    init(modelId: ModelID, range: TimeRange, periods: [Period], resolution: Duration, availability: Double?) {
        self.modelId = modelId
        self.range = range
        self.periods = periods
        self.resolution = resolution
        self.availability = availability
    }

    /// Puts what was seen in a row.
    ///
    /// - Parameters:
    ///   - sightings: those of the snapshots in the range and in the ``longestSilence`` before it, in order.
    ///   - changes: those of the model up to the end of the range, in order of time. Of those before the range only
    ///     the last one is needed.
    ///   - now: what lies later has not been observed.
    init(
        of modelID: ModelID, in range: TimeRange, sightings: [Sighting], changes: [HealthChangeEvent], now: Date
    ) {
        let lookback = range.milliseconds.lookingBack.lowerBound
        let changes = changes.sorted { ($0.timestamp, $0.seq) < ($1.timestamp, $1.seq) }
        var seen = changes.filter { $0.timestamp.milliseconds >= lookback }.map(Sighting.init)
        // A change that was stored with the snapshot of the same instant says more than it.
        seen.append(contentsOf: sightings)
        seen = seen.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)

        var line = TimelineLine(from: range.from, to: range.to)
        var spoken = changes.startIndex
        for (index, sighting) in seen.enumerated() {
            while spoken < changes.endIndex, changes[spoken].timestamp <= sighting.at { spoken += 1 }
            let word = spoken > changes.startIndex ? changes[spoken - 1] : nil
            let next = index + 1 < seen.endIndex ? seen[index + 1].at : nil
            line.add(
                sighting, until: Self.end(of: sighting, next: next, now: now),
                reason: word?.currentStatus == sighting.status ? word?.reason : nil)
        }
        line.close()
        self.init(modelId: modelID, range: range, periods: line.periods)
    }

    /// How long a sighting vouches for the status.
    private static func end(of sighting: Sighting, next: Date?, now: Date) -> Date {
        if sighting.isEnd { return sighting.at }
        let known = next ?? max(now, sighting.at)
        let silence = known.milliseconds - sighting.at.milliseconds
        return silence > longestSilence.wholeMilliseconds ? sighting.at + rhythm.seconds : known
    }
}

/// Periods being put together, one after the other.
struct TimelineLine {
    var periods: [StatusTimeline.Period] = []
    /// How far the line reaches.
    var reached: Date
    let end: Date

    init(from: Date, to: Date) {
        reached = from
        end = to
    }

    mutating func add(_ sighting: Sighting, until limit: Date, reason: String?) {
        let from = max(sighting.at, reached)
        let to = min(limit, end)
        guard from < to else { return }
        if from > reached { append(.init(from: reached, to: from, status: nil)) }
        append(.init(from: from, to: to, status: sighting.status, code: sighting.code, reason: reason))
    }

    mutating func close() {
        if reached < end { append(.init(from: reached, to: end, status: nil)) }
    }

    private mutating func append(_ period: StatusTimeline.Period) {
        reached = period.to
        if let last = periods.last, last.status == period.status, (last.code == .idle) == (period.code == .idle) {
            periods[periods.count - 1].to = period.to
            if last.reason == nil { periods[periods.count - 1].reason = period.reason }
        } else {
            periods.append(period)
        }
    }
}

extension StatusTimeline: Codable {
    enum CodingKeys: String, CodingKey { case modelId, range, resolution, periods, availability }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            modelId: try container.decode(ModelID.self, forKey: .modelId),
            range: try container.decode(TimeRange.self, forKey: .range),
            periods: try container.decode([Period].self, forKey: .periods),
            resolution: .seconds(try container.decode(Double.self, forKey: .resolution)),
            availability: try container.decodeIfPresent(Double.self, forKey: .availability))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(modelId, forKey: .modelId)
        try container.encode(range, forKey: .range)
        try container.encode(resolution.seconds, forKey: .resolution)
        try container.encode(periods, forKey: .periods)
        try container.encode(availability, forKey: .availability)
    }
}

extension StatusTimeline.Period: Codable {
    enum CodingKeys: String, CodingKey { case from, to, status, code, reason }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(from, forKey: .from)
        try container.encode(to, forKey: .to)
        // An explicit null: not observed.
        try container.encode(status, forKey: .status)
        try container.encodeIfPresent(code, forKey: .code)
        try container.encodeIfPresent(reason, forKey: .reason)
    }
}
