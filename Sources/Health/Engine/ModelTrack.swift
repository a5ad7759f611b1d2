#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// All that is known of one model: its targets, its custom checks, its last minutes and its last day.
///
/// What is asked of it at every piece of evidence is `mutating`, be it only a question: so it is asked in place, and
/// nothing is copied out of the arrays that tracks are kept in. A copy takes longer than most answers.
struct ModelTrack: Sendable {
    /// What the rest of the fleet means for this model.
    struct SharedFaults: Sendable {
        var isNetworkDown = false
        /// Why we think so.
        var networkDetail = ""
        var downGateways: Set<String> = []
        /// Servers of several models that answer none of them, `host:port`, with the sentence.
        var downHosts: [String: String] = [:]
        /// Where accounts bound the pace, by their index.
        var paces: [Int: Account.Pace] = [:]
        /// A local runtime that does not answer, with its sentence.
        var downRuntimes: [LocalRuntime: String] = [:]

        /// Whether nothing of a target can be seen from here now.
        func hide(_ way: TargetTrack.Way) -> Bool {
            isNetworkDown && !way.isLoopback || way.gateway.map(downGateways.contains) ?? false
        }

        var isClear: Bool { !isNetworkDown && downGateways.isEmpty && downHosts.isEmpty && paces.isEmpty }
    }
    /// What drawing a conclusion has brought.
    struct ModelVerdict: Sendable {
        /// The status before, when it has changed.
        var previous: HealthStatus?
        var plans: [ProbePlan] = []
    }

    private(set) var config: ModelConfig
    var targets: [TargetTrack]
    var checks: [TargetTrack]
    var window = OutcomeWindow()
    var availability = AvailabilityWindow()
    /// The runtime's last word on a local model.
    var local: LocalModel?
    /// When it came; `nil` before the first, and since the runtime has come back.
    var localSeen: Moment?

    private(set) var status = HealthStatus.unknown
    private(set) var reasons = [HealthReason(.starting, "Nothing has been observed yet.")]
    private(set) var since: Moment
    private var flaps = FlapDetector()
    private(set) var lastProbe: ProbeResult?
    private(set) var lastProbeAt: Moment?
    private(set) var lastCheck: Moment?
    private(set) var lastSuccess: Moment?
    private(set) var requestTotal: UInt64 = 0
    /// When the conclusion was last drawn.
    private(set) var settledAt: Moment
    /// Uptime in seconds at which time alone may change something: a late probe, stale evidence, a silence.
    var due = 0.0
    /// When the runtime took an idle model into memory.
    private(set) var loadedAt: Moment?
    /// When it was last rendered.
    var renderedAt: Moment?
    /// Whether anything shown has moved since it was last rendered.
    var isDirty = true

    /// - Parameter plans: one for each target, then one for each check, in their order.
    init(_ config: ModelConfig, plans: [ProbePlan], at now: Moment, _ policy: HealthPolicy) {
        self.config = config
        since = now
        settledAt = now
        targets = zip(config.targets, plans).map { target, plan in
            TargetTrack(
                key: plan.key, target: target, interval: config.interval, timeout: config.probe.timeout, plan: plan,
                policy: policy, variesManner: config.streaming == .auto)
        }
        checks = zip(config.checks, plans.dropFirst(config.targets.count)).compactMap { check, plan in
            config.targets.first.map {
                TargetTrack(
                    key: plan.key, target: $0, interval: check.interval, timeout: config.probe.timeout, plan: plan,
                    policy: policy)
            }
        }
        for index in targets.indices where config.localRuntime != nil { targets[index].plan.next = nil }
        for index in checks.indices where config.localRuntime != nil { checks[index].plan.next = nil }
    }

    /// A local model is probed only while it is in memory and a probe leaves its stay there alone; all else always.
    var isProbeable: Bool { config.localRuntime == nil || local?.isProbeable == true }

    /// Whether what is shown has aged: windows and times move although nothing arrives.
    func isOld(at now: Moment, _ policy: HealthPolicy) -> Bool {
        guard let renderedAt, now - renderedAt < .seconds(10) else { return true }
        // The wall clock was set, or a probe that is due has not left yet: the times shown are no longer right.
        return abs((now.wall.timeIntervalSince(renderedAt.wall)) - (now - renderedAt).seconds) > 0.5
            || targets.indices.contains {
                targets[$0].plan.isDue(at: now.uptime, jitter: policy.jitter, seed: targets[$0].jitterSeed)
            }
    }

    /// Takes over what is known from before the configuration changed; only targets that changed begin anew.
    mutating func inherit(_ old: ModelTrack) {
        (status, reasons, since, settledAt) = (old.status, old.reasons, old.since, old.settledAt)
        (window, availability, flaps, requestTotal) = (old.window, old.availability, old.flaps, old.requestTotal)
        (lastProbe, lastProbeAt, lastCheck, lastSuccess) = (
            old.lastProbe, old.lastProbeAt, old.lastCheck, old.lastSuccess
        )
        if config.localRuntime == old.config.localRuntime {
            (local, localSeen, loadedAt) = (old.local, old.localSeen, old.loadedAt)
        }
        let isSame =
            config.mode == old.config.mode && config.interval == old.config.interval
            && config.localRuntime == old.config.localRuntime
        for index in targets.indices where isSame && old.config.targets.contains(config.targets[index]) {
            if let kept = old.targets.first(where: { $0.key == targets[index].key }) { targets[index] = kept }
        }
        for index in checks.indices where isSame && old.config.checks.contains(config.checks[index]) {
            if let kept = old.checks.first(where: { $0.key == checks[index].key }) { checks[index] = kept }
        }
    }

    // MARK: Evidence

    /// Takes up the runtime's word. A model that was loaded or unloaded is another one to the probes.
    mutating func tell(_ word: LocalModel, at now: Moment) {
        if let before = local?.state, before != word.state, before == .loaded || word.state == .loaded {
            for index in targets.indices { targets[index].renew() }
            for index in checks.indices { checks[index].renew() }
            // What was said before the runtime fell silent says nothing of what was taken into memory since.
            loadedAt = before == .idle && word.state == .loaded && localSeen != nil ? now : nil
        }
        local = word
        localSeen = now
    }

    /// Hands evidence to the target or check it is about, in place: a copy of a track costs more than most evidence.
    ///
    /// - Returns: whether there is one.
    mutating func withTrack(_ key: ProbeKey, _ body: (inout TargetTrack) -> Void) -> Bool {
        if key.check != nil {
            guard let index = checks.indices.first(where: { checks[$0].key == key }) else { return false }
            body(&checks[index])
        } else {
            guard let index = position(of: key) else { return false }
            body(&targets[index])
        }
        return true
    }

    /// How the target that evidence is about is reached.
    mutating func way(to key: ProbeKey) -> TargetTrack.Way? {
        guard let index = position(of: key) else { return nil }
        return targets[index].way
    }

    mutating func position(of key: ProbeKey) -> Int? {
        targets.indices.first { targets[$0].key.target == key.target }
    }

    /// Counts outcomes in what is shown: the windows, the last success, the last probe.
    mutating func count(_ outcome: Outcome, times: Int, latency: Double?, probe: ProbeResult?, at now: Moment) {
        guard outcome.class != .idle else { return }
        isDirty = true
        lastCheck = now
        requestTotal &+= UInt64(max(times, 0))
        if let probe {
            lastProbe = probe
            lastProbeAt = now
        }
        switch outcome.class {
        case .ok:
            lastSuccess = now
            window.record(
                successes: times, failures: 0, latency: latency,
                firstToken: probe?.phases.firstToken?.seconds, at: now.uptime.seconds)
        case .failing:
            window.record(successes: 0, failures: times, latency: nil, at: now.uptime.seconds)
        default:
            break
        }
    }

    mutating func count(_ batch: TrafficBatch, successes: Int, failures: Int, limited: Int, at now: Moment) {
        isDirty = true
        lastCheck = now
        requestTotal &+= UInt64(successes + failures + limited)
        if successes > 0 { lastSuccess = now }
        window.record(successes: successes, failures: failures, latencies: batch.latency, at: now.uptime.seconds)
    }

    /// The reasons as an event tells them: the first one with what is done about it.
    func toldReasons(_ policy: HealthPolicy) -> [HealthReason] {
        var told = reasons
        let departures = targets.indices.compactMap { targets[$0].departure(policy) }
        guard status != .healthy, let next = departures.min() else { return told }
        let again = settledAt.wall(at: next).inSentence
        if told[0].message.hasSuffix(".") { told[0].message.removeLast() }
        told[0].message += "; probing again at \(again)."
        return told
    }

    // MARK: Time

    /// Works out anew when it is due.
    mutating func putOff(_ policy: HealthPolicy) {
        // Availability is counted at least this often.
        due = settledAt.uptime.seconds + 20
        for index in targets.indices { due = min(due, targets[index].nextDue(after: settledAt, policy)) }
        for index in checks.indices { due = min(due, checks[index].nextDue(after: settledAt, policy)) }
        let settled = settledAt.uptime.seconds
        if let end = flaps.endsAt, end > settled { due = min(due, end) }
        if let localSeen {
            let stale = localSeen.uptime.seconds + localStaleAfter(policy).seconds
            if stale > settled { due = min(due, stale) }
        }
        if let loadedAt {
            let end = (loadedAt + policy.staleness.minimum).uptime.seconds
            if end > settled { due = min(due, end) }
        }
    }

    func localStaleAfter(_ policy: HealthPolicy) -> Duration {
        max(policy.staleness.minimum, config.interval * policy.staleness.intervals)
    }

    // MARK: Status

    /// Draws the conclusion from everything known, and plans the next looks.
    ///
    /// - Returns: `nil` when nothing has changed beyond doubt.
    mutating func settle(at now: Moment, _ sharedFaults: SharedFaults, _ policy: HealthPolicy) -> ModelVerdict? {
        defer { putOff(policy) }
        var conclusion = ModelVerdict()
        if isPlainlyHealthy(at: now, sharedFaults, policy) {
            settledAt = now
            availability.advance(to: now.uptime.seconds, .up)
            if targets[0].isOnCourse(at: now, policy) { return nil }
        } else {
            conclusion.previous = conclude(at: now, sharedFaults, policy)
        }
        for index in targets.indices {
            let pace = sharedFaults.paces.isEmpty ? nil : sharedFaults.paces[targets[index].account.index]
            guard let plan = targets[index].replan(at: now, isProbeable: isProbeable, pace: pace, policy) else {
                continue
            }
            conclusion.plans.append(plan)
            isDirty = true
        }
        for index in checks.indices {
            // A model that is down needs no checks to tell it.
            let target = checks[index].key.target
            let isHeld = targets.contains { $0.key.target == target && $0.isOut }
            let pace = sharedFaults.paces.isEmpty ? nil : sharedFaults.paces[checks[index].account.index]
            if let plan = checks[index].replan(at: now, isProbeable: isProbeable && !isHeld, pace: pace, policy) {
                conclusion.plans.append(plan)
            }
        }
        return conclusion
    }

    /// What is nearly always the case: a healthy model with one target of which nothing is new, so that no other
    /// conclusion can be drawn.
    private mutating func isPlainlyHealthy(at now: Moment, _ sharedFaults: SharedFaults, _ policy: HealthPolicy) -> Bool
    {
        status == .healthy && targets.count == 1 && checks.isEmpty && config.localRuntime == nil && local == nil
            && reasons.count == 1 && reasons[0].code == .passing && !flaps.isFlapping
            && sharedFaults.isClear && targets[0].isPlainlyHealthy(at: now, policy)
    }

    /// Notes the status that follows from everything known. - Returns: the status before, when it changed.
    private mutating func conclude(at now: Moment, _ sharedFaults: SharedFaults, _ policy: HealthPolicy)
        -> HealthStatus?
    {
        settledAt = now
        var (next, nextReasons) = conclusion(at: now, sharedFaults, policy)
        let found = next
        let span = config.interval.seconds * Double(policy.flapping.observations)
        let isRestless = targets.contains { $0.run != nil }
        let isFlapping = flaps.observe(
            next, isRestless: isRestless, at: now.uptime.seconds, span: span, changes: policy.flapping.changes)
        if isFlapping, next != .unknown {
            // Down is down; between two outages of a flapping model it is no better than that.
            if next == .unhealthy || targets.allSatisfy({ $0.hasFailed(at: now, policy) }) {
                flaps.noteDown(at: now.uptime.seconds)
            }
            let isDown = flaps.wasDown(at: now.uptime.seconds, within: status == .unhealthy ? span : 0)
            next = isDown ? .unhealthy : .degraded
            // What its runtime says of it is no matter of telling apart.
            let isTold = next == .unhealthy && [.runtime, .retired].contains(nextReasons[0].code)
            nextReasons.insert(
                HealthReason(
                    .flapping, "The status changes too often to be told apart: now \(nextReasons[0].code.rawValue)."),
                at: isTold ? 1 : 0)
        }
        let isIdle = nextReasons[0].code == .idle
        if next == .healthy, status != .healthy, !isIdle, !targets.contains(where: { $0.wasLastGood && $0.isGrounded })
        {
            // Time alone, or a look that failed, improves nothing.
            (next, nextReasons) = (status, reasons)
        }
        availability.advance(
            to: now.uptime.seconds, found == .unknown || isIdle ? .unobserved : found == .unhealthy ? .down : .up)
        if nextReasons != reasons {
            reasons = nextReasons
            isDirty = true
        }
        guard next != status else { return nil }
        let previous = status
        status = next
        since = now
        isDirty = true
        return previous
    }
}
