import Health

/// Which looks a policy asked for beside the schedule, and which of them the recording can answer.
///
/// What is asked for leaves by the daemon's own timetable; the recording tells what came of it.
struct AskedLooks {
    /// A look that was asked for is answered by evidence of its target within this time.
    static let patience = Duration.seconds(5)
    /// Recordings are written in milliseconds, so a look may seem to have left before it was due.
    private static let grain = Duration.milliseconds(5)

    private var schedule: ProbeSchedule
    /// What has left and was not answered yet.
    private var open: [ProbeKey: ProbeSchedule.Departure] = [:]
    /// Nobody answered, so to ask again before anything is heard would be the same question.
    private var muted: Set<ProbeKey> = []
    private(set) var counts: [ModelID: ReplaySummary.Looks] = [:]

    init(policy: HealthPolicy) { schedule = ProbeSchedule(policy: policy) }

    /// Takes up the models that have occurred so far.
    mutating func register(_ models: [ModelConfig]) { schedule.register(models) }

    /// Takes up a plan; one that was asked for and is not due yet is withdrawn by it.
    mutating func take(_ plan: ProbePlan, at now: Duration) {
        depart(until: now)
        schedule.apply(plan)
    }

    /// Something was heard of a target. - Returns: for a look, the reason that it was sent for.
    mutating func hear(_ key: ProbeKey, isLook: Bool, at now: Duration) -> ProbeReason {
        depart(until: now + Self.grain)
        expire(key, at: now)
        muted.remove(key)
        guard isLook, let departure = open.removeValue(forKey: key) else { return .scheduled }
        if departure.isAsked { counts[key.modelID, default: .init()].count(isAnswered: true) }
        return departure.reason
    }

    /// No more is recorded: what was due is unanswered.
    mutating func finish(at now: Duration) {
        depart(until: now)
        for key in open.keys { expire(key, at: .seconds(Int64.max / 2)) }
    }

    /// Lets out what is due, each at its time.
    private mutating func depart(until now: Duration) {
        while let deadline = schedule.nextDeadline(), deadline <= now {
            for departure in schedule.due(at: deadline) {
                let key = departure.key
                schedule.finish(key, number: departure.number)
                expire(key, at: deadline)
                if departure.isAsked {
                    if open[key]?.isAsked != true, !muted.contains(key) { open[key] = departure }
                } else if open[key]?.isAsked != true {
                    open[key] = departure
                }
            }
        }
    }

    private mutating func expire(_ key: ProbeKey, at now: Duration) {
        guard let departure = open[key], departure.isAsked, departure.dueAt + Self.patience < now else { return }
        counts[key.modelID, default: .init()].count(isAnswered: false)
        open[key] = nil
        muted.insert(key)
    }
}

extension ProbeSchedule.Departure {
    /// Whether the decision asked for it beside the regular ones.
    fileprivate var isAsked: Bool { reason == .confirmation || reason == .recoveryConfirmation }
}
