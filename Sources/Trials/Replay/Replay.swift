package import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Recorded evidence through the real engine: the same steps give the same changes, byte for byte.
///
/// Between two steps the engine is ticked as the Monitor does, on its grid, but for ticks that cannot change anything.
package struct Replay {
    /// The Monitor's tick in microseconds, and how coarse it becomes after an hour of silence, when nothing is left but
    /// old evidence that grows older.
    private static let grid: Int64 = 200_000
    private static let silentGrid: Int64 = 20_000_000
    private static let silence: Int64 = 3_600_000_000

    private var engine: HealthEngine
    private var fleet: ReplayFleet
    private var asked: AskedLooks
    private var tallies: [ModelID: ReplayTally] = [:]
    /// Microseconds since 1970 of the first step, which is uptime 0; `nil` before it.
    private var origin: Int64?
    private var now: Int64 = 0
    private var heardAt: Int64 = 0
    private var lines = 0
    private var changes: UInt64 = 0
    private var events: [HealthChangeEvent] = []

    package init(policy: HealthPolicy = HealthPolicy(), fleet: ReplayFleet = ReplayFleet()) {
        engine = HealthEngine(policy: policy)
        asked = AskedLooks(policy: policy)
        self.fleet = fleet
    }

    /// Lets time pass up to a step and weighs it. - Returns: the changes on the way, in their order.
    package mutating func take(_ step: ReplayStep) throws(RecordingProblem) -> [HealthChangeEvent] {
        let start = origin ?? step.at
        origin = start
        advance(to: step.at - start)
        now = step.at - start
        heardAt = now
        if try fleet.admit(step.evidence, every: step.every) {
            asked.register(fleet.configs)
            perform(engine.configure(fleet.configs, at: moment))
            if tallies[step.evidence.modelID] == nil { tallies[step.evidence.modelID] = ReplayTally(at: now) }
        }
        // Whatever is planned, the recording has no more than it has.
        if let every = step.every { engine.expect(step.evidence.key, every: every) }
        absorb(step)
        defer { events = [] }
        return events
    }

    /// Ends the replay at its last step; `nil` when there was none.
    package mutating func finish() -> ReplaySummary? {
        guard let origin else { return nil }
        asked.finish(at: .microseconds(now))
        for id in tallies.keys { tallies[id]?.pass(to: now) }
        let models = fleet.configs.compactMap { config in
            tallies[config.id].map { tally in
                ReplaySummary.Model(
                    modelId: config.id, provider: config.provider, evidence: tally.evidence, changes: tally.changes,
                    entries: tally.entries, share: .init(tally.times), looks: asked.counts[config.id] ?? .init())
            }
        }
        var times: [HealthStatus: Int64] = [:]
        for tally in tallies.values { times.merge(tally.times, uniquingKeysWith: +) }
        var summary = ReplaySummary(
            lines: lines, evidence: models.reduce(0) { $0 + $1.evidence }, from: Self.date(origin),
            to: Self.date(origin + now), changes: models.reduce(0) { $0 + $1.changes }, entries: .init(),
            share: .init(times), looks: .init(), models: models)
        for model in models {
            summary.entries.degraded += model.entries.degraded
            summary.entries.unhealthy += model.entries.unhealthy
            summary.looks.asked += model.looks.asked
            summary.looks.answered += model.looks.answered
            summary.looks.unanswered += model.looks.unanswered
        }
        return summary
    }

    // MARK: Time

    private var moment: Moment {
        Moment(uptime: .microseconds(now), wall: Self.date((origin ?? 0) + now))
    }

    private static func date(_ microseconds: Int64) -> Date {
        Date(timeIntervalSince1970: Double(microseconds) / 1_000_000)
    }

    /// Ticks up to an uptime; what happens in the same instant comes first.
    private mutating func advance(to uptime: Int64) {
        while true {
            let grid = now - heardAt > Self.silence ? Self.silentGrid : Self.grid
            let due = Int64((engine.nextDue.seconds * 1_000_000).rounded(.up))
            // A tick that came to nothing must not be asked for again at once.
            let tick = max((due + grid - 1) / grid, now / grid + 1) * grid
            guard tick < uptime else { return }
            now = tick
            perform(engine.tick(at: moment))
        }
    }

    // MARK: Evidence

    private mutating func absorb(_ step: ReplayStep) {
        let seen = step.evidence
        let kind: Evidence.Kind
        switch step.kind {
        case .started(let number):
            let reason = asked.hear(seen.key, isLook: true, at: .microseconds(now))
            kind = .probeStarted(seen.key, number: number, reason: reason)
        case .finished(let number):
            let result = ProbeResult(
                modelId: seen.modelID, target: seen.target, outcome: seen.outcome, latency: seen.latency,
                startedAt: seen.startedAt ?? seen.at)
            kind = .probeFinished(seen.key, number: number, result)
        case .outcomes:
            _ = asked.hear(seen.key, isLook: seen.isLook, at: .microseconds(now))
            kind = .outcomes(seen.key, seen.outcome, count: seen.count, latency: seen.latency)
        }
        if case .started = step.kind {
        } else {
            lines += 1
            tallies[seen.modelID]?.absorb(seen.count)
        }
        perform(engine.absorb(Evidence(kind, source: seen.source, at: moment), at: moment))
    }

    private mutating func perform(_ actions: HealthEngine.Actions) {
        for plan in actions.plans { asked.take(plan, at: .microseconds(now)) }
        // That a model occurs for the first time is no change of it.
        for var event in actions.events where event.previousStatus != event.currentStatus {
            changes += 1
            event.seq = changes
            events.append(event)
            tallies[event.modelId]?.change(to: event.currentStatus, at: now)
        }
    }
}
