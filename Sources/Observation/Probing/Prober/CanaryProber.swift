package import CoreMetrics
package import Health
package import Logging
import NIOCore
import Synchronization
package import Telemetry

/// Sends synthetic requests to models, on a schedule and on demand, and reports what comes back as evidence.
///
/// `run()` does all the work, in children of one task group; everything else only changes the timetable and wakes it.
/// Without a running `run()` nothing is sent.
package final class CanaryProber: Sendable {
    /// The metrics that it counts.
    package static let countedMetrics = ProbeMetrics.all

    package struct Limits: Sendable, Hashable {
        /// Probes in flight at once; what is due beyond waits its turn. Default 256; `probing.maxConcurrent`.
        package var maxConcurrent: Int
        /// Share of a probe's deadline that an answer which has begun may be silent; default 0.5;
        /// `probing.stallShare`.
        package var stallShare: Double
        /// A caller gets the result of the same call if it is younger; default 2 s.
        package var manualReuse: Duration

        package init(maxConcurrent: Int = 256, stallShare: Double = 0.5, manualReuse: Duration = .seconds(2)) {
            self.maxConcurrent = maxConcurrent
            self.stallShare = stallShare
            self.manualReuse = manualReuse
        }
    }

    /// What the prober has done so far.
    package struct Counts: Sendable, Hashable {
        /// Regular turns left out because too many probes of one target were in flight.
        package var skipped: UInt64
        /// Probes in flight now.
        package var inFlight: Int
        /// Probes that are due and wait for one in flight to come back.
        package var waiting: Int
    }

    /// How long the word that a probe has left waits for other evidence: far less than any answer is late by.
    private static let longestHold = TimeAmount.milliseconds(25)

    let state: Mutex<ProberState>
    let runner: ProbeRunner
    let intake: Intake
    let timekeeper: Timekeeper
    let metrics: ProbeMetrics
    let logger: Logger
    let policy: HealthPolicy
    let isProbeable: @Sendable (ModelConfig) async -> Bool
    private let loads: LoadWatcher?
    private let onGatewayTrouble: @Sendable (_ gateway: String) -> Void

    /// - Parameters:
    ///   - loads: how servers are asked for their load while a probe waits there; `nil` for not at all.
    ///   - factory: where metrics go; by default wherever the process sends them.
    ///   - isProbeable: asked right before anything is sent to a model. A false answer sends nothing: that is how a local
    ///     model that is not loaded stays unloaded. By default models of local runtimes are never probed.
    ///   - stay: asked as a probe departs: what it has to say so that a local model stays in memory as long as without
    ///     it.
    ///   - onGatewayTrouble: told the name of a gateway that a probe could not get through. Must return at once.
    package init(
        egress: Egress, intake: Intake, timekeeper: Timekeeper = .system, policy: HealthPolicy = HealthPolicy(),
        limits: Limits = Limits(), loads: LoadWatcher.Settings? = LoadWatcher.Settings(), logger: Logger,
        metrics factory: (any MetricsFactory)? = nil,
        isProbeable: @escaping @Sendable (ModelConfig) async -> Bool = { $0.localRuntime == nil },
        stay: @escaping @Sendable (ModelTarget, ModelConfig) -> LocalStay? = { _, _ in nil },
        onGatewayTrouble: @escaping @Sendable (_ gateway: String) -> Void = { _ in }
    ) {
        self.intake = intake
        self.timekeeper = timekeeper
        self.logger = logger
        self.policy = policy
        self.isProbeable = isProbeable
        self.onGatewayTrouble = onGatewayTrouble
        self.loads = loads.map { LoadWatcher(egress: egress, settings: $0) }
        metrics = ProbeMetrics(factory: factory)
        runner = ProbeRunner(
            egress: egress, limits: limits, timekeeper: timekeeper, lessons: LessonBook(), metrics: metrics,
            stay: stay)
        state = Mutex(ProberState(policy: policy, limits: limits, workers: egress.workers.count))
    }

    /// The latest result of a model's plain probe, if it is younger than `policy.probeResultTTL`.
    package func lastResult(of modelID: ModelID) -> ProbeResult? {
        let now = timekeeper.now.uptime
        return state.withLock { $0.lastResult(of: modelID, at: now) }
    }

    package var counts: Counts { state.withLock(\.counts) }

    /// Follows plans of the decision. A plan for what is not on the schedule is ignored.
    package func plan(_ plans: [ProbePlan]) {
        guard !plans.isEmpty else { return }
        let isSooner = state.withLock { state in
            for plan in plans { state.schedule.apply(plan) }
            return state.isTimerLate
        }
        if isSooner { wake() }
    }

    /// How each target stands in the timetable.
    package var standings: [ProbeStanding] { state.withLock(\.standings) }

    /// Plans targets that were forgotten: one probe now, then on their interval.
    package func planAnew(_ keys: [ProbeKey]) {
        let now = timekeeper.now.uptime
        state.withLock { $0.planAnew(keys, at: now) }
        wake()
    }

    /// Makes models known, so that they can be probed on demand, without putting them on the schedule.
    package func register(_ models: [ModelConfig]) {
        state.withLock { $0.register(models) }
    }

    func wake() { state.withLock { _ = $0.wake?.yield() } }

    /// Makes one probe and hands its result to everyone who wants it. Cancelled, it leaves `.probeCancelled` behind.
    func make(_ job: ProbeJob, _ scope: FlightScope) async {
        guard !Task.isCancelled, !scope.isCancelled else { return }
        if let dueAt = job.dueAt { metrics.departed(late: timekeeper.now.uptime - dueAt) }
        guard await isProbeable(job.model) else {
            let result = idleResult(job.model, target: job.target.name)
            finished(job, result)
            let now = timekeeper.now.uptime
            state.withLock { $0.decline(job, at: now) }
            wake()
            return
        }
        guard !Task.isCancelled, !scope.isCancelled else { return }
        // What was learnt of the account or the model overrides what was planned.
        let learnt = runner.lessons.lessons(for: job.target, of: job.model.id).streaming
        let started = Evidence(
            .probeStarted(
                job.key, number: job.number, reason: job.reason,
                isStreamed: learnt.map { $0 == .always } ?? job.isStreamed),
            source: .probe, at: timekeeper.now)
        if intake.submitWithNext(started) {
            runner.egress.workers[job.worker].loop.scheduleTask(in: Self.longestHold) { [intake] in intake.release() }
        }
        do {
            let result = try await answer(to: job, scope)
            intake.submit(
                Evidence(.probeFinished(job.key, number: job.number, result), source: .probe, at: timekeeper.now))
            metrics.checked(job, result)
            log(job, result)
            if result.outcome.class == .gateway, let gateway = job.target.gateway {
                onGatewayTrouble(gateway.gateway)
            }
            finished(job, result)
        } catch {
            intake.submit(
                Evidence(.probeCancelled(job.key, number: job.number), source: .probe, at: timekeeper.now))
        }
    }

    /// Makes the probe, and meanwhile asks its server how loaded it is.
    private func answer(to job: ProbeJob, _ scope: FlightScope) async throws -> ProbeResult {
        guard let loads, loads.mayAsk(job, at: timekeeper.now.uptime) else { return try await runner.run(job, scope) }
        let isTelling = loads.enter(job)
        defer { loads.leave(job) }
        guard isTelling else {
            // Most answers come before anyone would be asked: a timer costs less than a task.
            let alarm = runner.egress.workers[job.worker].loop.scheduleTask(in: TimeAmount(loads.settings.patience)) {
                self.state.withLock { $0.late.append(job) }
                self.wake()
            }
            defer { alarm.cancel() }
            return try await runner.run(job, scope)
        }
        return try await withThrowingTaskGroup(of: ProbeResult?.self) { group in
            group.addTask { try await self.runner.run(job, scope) }
            group.addTask {
                await self.watchLoad(job)
                return nil
            }
            defer { group.cancelAll() }
            while let next = try await group.next() {
                if let next { return next }
            }
            throw CancellationError()
        }
    }

    /// Asks the server of a probe how loaded it is, as long as the probe waits there.
    func watchLoad(_ job: ProbeJob) async {
        await loads?.watch(job, now: { self.timekeeper.now.uptime }) { load, server, waiting in
            self.take(load, of: server, waiting: waiting)
        }
    }

    private func take(_ load: ServerLoad?, of server: String, waiting: [ProbeKey]) {
        let now = timekeeper.now
        if let load { state.withLock { $0.note(load, of: server, at: now.uptime) } }
        for key in Set(waiting) { intake.submit(Evidence(.load(key, load), source: .probe, at: now)) }
    }

    private func finished(_ job: ProbeJob, _ result: ProbeResult) {
        let now = timekeeper.now.uptime
        tell(state.withLock { $0.record(job, result, at: now) })
    }

    func idleResult(_ model: ModelConfig, target: String) -> ProbeResult {
        ProbeResult(
            modelId: model.id, target: target,
            outcome: Outcome(
                .idle, .notLoaded,
                detail: "'\(model.id)' is not in memory, or a probe would keep it there: nothing was sent."),
            startedAt: timekeeper.now.wall)
    }
}
