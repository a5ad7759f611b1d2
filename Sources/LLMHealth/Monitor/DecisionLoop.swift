package import Health
package import Logging
import Metrics
package import Observation
import ServiceLifecycle
import Synchronization
import Telemetry

/// Weighs evidence as it arrives and publishes what it comes to: the only writer of the fleet's health.
///
/// All decisions are the ``HealthEngine``'s. The loop gives it time, carries its plans back to the prober, numbers
/// events durably and publishes to the ``FleetPublisher``, from which everyone reads without waiting.
package final class DecisionLoop: Service {
    /// What it needs of the parts round it.
    package struct Dependencies: Sendable {
        /// Hands plans to the prober, in the order in which they were made; must return at once and not call back.
        package var plan: @Sendable ([ProbePlan]) -> Void
        /// Starts the check that tells our own network from everyone else's.
        package var checkConnectivity: @Sendable () -> Void
        /// Has a gateway asked at once whether it lives.
        package var suspectGateway: @Sendable (_ name: String) -> Void
        /// Reserves event numbers durably: none is ever given out twice, not even after a crash.
        package var reserve: @Sendable (Int) throws -> ClosedRange<UInt64>
        /// Keeps evidence for later; must not wait.
        package var record: @Sendable (Evidence) -> Void

        package init(
            plan: @escaping @Sendable ([ProbePlan]) -> Void,
            checkConnectivity: @escaping @Sendable () -> Void = {},
            suspectGateway: @escaping @Sendable (_ name: String) -> Void = { _ in },
            record: @escaping @Sendable (Evidence) -> Void = { _ in },
            reserve: @escaping @Sendable (Int) throws -> ClosedRange<UInt64>
        ) {
            self.plan = plan
            self.checkConnectivity = checkConnectivity
            self.suspectGateway = suspectGateway
            self.reserve = reserve
            self.record = record
        }
    }

    private struct State {
        var engine: HealthEngine
        /// The last event number that may be given out.
        var lastReserved: UInt64
        /// Figures have moved since the last publication.
        var isDirty = true
        var publishedAt: Duration?
        /// Status changes that are to be published with the next fleet.
        var unpublished: [HealthChangeEvent] = []
        /// How long it took to render and publish the last fleet.
        var publishingTook: Duration = .zero
        /// When the changes that wait are to be published.
        var publishAt: Duration?
        var absorbed: UInt64 = 0
        var waiters: [(count: UInt64, continuation: CheckedContinuation<Void, Never>)] = []
        var isReservationFailing = false
        var results = ResultAges()
    }

    static let statusChanges = Metric.counter(
        "llm_health_status_changes_total", "Changes of health status, by the status entered.",
        labels: ["model_id", "provider", "status"])

    /// Between two looks at the clock, and the longest that moved figures wait to be published.
    private static let tickInterval = Duration.milliseconds(200)
    private static let longestQuiet = Duration.seconds(10)
    private static let numbersPerBlock = 10_000

    private let state: Mutex<State>
    /// Uptimes at which changes that wait are to be published.
    private let alarms: AsyncStream<Duration>
    private let alarm: AsyncStream<Duration>.Continuation
    private let intake: Intake
    private let publisher: FleetPublisher
    private let dependencies: Dependencies
    private let notices: NoticeBoard?
    private let timekeeper: Timekeeper
    private let logger: Logger

    /// - Throws: what `reserve` throws: without event numbers nothing may start.
    package init(
        policy: HealthPolicy, intake: Intake, publisher: FleetPublisher, dependencies: Dependencies,
        notices: NoticeBoard? = nil, timekeeper: Timekeeper, logger: Logger
    ) throws {
        let numbers = try dependencies.reserve(Self.numbersPerBlock)
        state = Mutex(
            State(
                engine: HealthEngine(policy: policy, firstSeq: numbers.lowerBound), lastReserved: numbers.upperBound))
        (alarms, alarm) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.intake = intake
        self.publisher = publisher
        self.dependencies = dependencies
        self.notices = notices
        self.timekeeper = timekeeper
        self.logger = logger
        notices?.onChange { [weak self] in self?.publish() }
    }

    /// Takes up the models to be watched; those that stay as they were keep everything known of them.
    package func configure(_ models: [ModelConfig]) {
        step { engine, now in engine.configure(models, at: now) }
        publish()
    }

    /// Takes up a model's last day as the history has recorded it.
    package func recall(_ past: [PastStretch], of id: ModelID) {
        let now = timekeeper.now
        state.withLock { state in
            state.engine.recall(past, of: id, at: now)
            state.isDirty = true
        }
    }

    /// Weighs evidence until the intake ends or the task is cancelled, then publishes a last time and closes the publisher.
    package func run() async throws {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.tick() }
            group.addTask { await self.publishLate() }
            for await evidence in intake.evidence.cancelOnGracefulShutdown() { absorb(evidence) }
            group.cancelAll()
        }
        publish()
        let waiters = state.withLock { state in
            defer { state.waiters.removeAll() }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume() }
        publisher.close()
    }

    /// Waits until everything submitted before this call has been weighed and published.
    package func flush() async {
        intake.release()
        let (received, dropped) = intake.counts
        let goal = received - dropped
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isDone = state.withLock { state in
                if state.absorbed >= goal { return true }
                state.waiters.append((goal, continuation))
                return false
            }
            if isDone { continuation.resume() }
        }
        publish()
    }

    // MARK: Steps

    private func tick() async {
        while !Task.isCancelled {
            do { try await timekeeper.sleep(for: Self.tickInterval) } catch { return }
            step { engine, now in engine.tick(at: now) }
            let now = timekeeper.now.uptime
            // Windows and ages move although nothing arrives.
            let isDue = state.withLock { state in
                state.isDirty || state.results.isDue(at: now)
                    || now - (state.publishedAt ?? .zero) >= Self.longestQuiet
            }
            if isDue {
                publish()
                tidyNotices()
            }
        }
    }

    private func absorb(_ evidence: Evidence) {
        dependencies.record(evidence)
        if case .probeFinished(let key, _, _) = evidence.kind, key.check == nil {
            let now = timekeeper.now.uptime
            state.withLock { $0.results.note(key.modelID, at: now, lifetime: $0.engine.policy.probeResultTTL) }
        }
        step { engine, now in engine.absorb(evidence, at: now) }
        let ready = state.withLock { state in
            state.absorbed += 1
            state.isDirty = true
            let ready = state.waiters.filter { $0.count <= state.absorbed }
            if !ready.isEmpty { state.waiters.removeAll { $0.count <= state.absorbed } }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    /// Lets the engine decide, then carries out what it decided.
    private func step(_ decide: (inout HealthEngine, Moment) -> HealthEngine.Actions) {
        let actions = state.withLock { state in
            let now = timekeeper.now
            reserveNumbers(&state)
            let actions = decide(&state.engine, now)
            if !actions.events.isEmpty {
                state.unpublished += actions.events
                publishOrWait(&state, at: now)
            }
            // Under the lock: of two plans for one key the later one must arrive later. Overtaken by a plan that holds a
            // model which was not loaded, the one for when it was would be lost, and the model never probed again.
            if !actions.plans.isEmpty { dependencies.plan(actions.plans) }
            return actions
        }
        if actions.isConnectivityCheckWanted { dependencies.checkConnectivity() }
        for gateway in actions.suspectedGateways { dependencies.suspectGateway(gateway) }
        for event in actions.events { report(event) }
    }

    private func publish() { state.withLock { publish(&$0, at: timekeeper.now) } }

    /// Under the lock, so that events leave in the order of their numbers.
    private func publish(_ state: inout State, at now: Moment) {
        publisher.publish(fleet(of: &state, at: now), events: state.unpublished)
        state.unpublished = []
        state.isDirty = false
        state.publishedAt = now.uptime
        state.publishingTook = timekeeper.now.uptime - now.uptime
    }

    /// A large fleet is not rendered for each change of many that come at once: publishing takes a fifth of the time at
    /// most, and a change waits no longer than four times what it takes.
    private func publishOrWait(_ state: inout State, at now: Moment) {
        let earliest = (state.publishedAt ?? .zero) + state.publishingTook * 4
        guard earliest > now.uptime else { return publish(&state, at: now) }
        if state.publishAt == nil {
            state.publishAt = earliest
            alarm.yield(earliest)
        }
    }

    /// Publishes changes that have waited long enough.
    private func publishLate() async {
        for await time in alarms {
            do { try await timekeeper.sleep(until: time) } catch { return }
            state.withLock { state in
                state.publishAt = nil
                if !state.unpublished.isEmpty { publish(&state, at: timekeeper.now) }
            }
        }
    }

    private func fleet(of state: inout State, at now: Moment) -> FleetHealth {
        let expired = state.results.expired(at: now.uptime)
        let fleet = state.engine.fleet(at: now).withoutProbeResults(of: expired)
        return notices.map { fleet.with($0, at: now.wall) } ?? fleet
    }

    /// What operators have said ends by itself.
    private func tidyNotices() {
        guard let notices else { return }
        let fleet = publisher.fleet
        do throws(HealthStorageError) {
            try notices.tidy(at: timekeeper.now.wall) { id in
                fleet[id].flatMap { $0.status == .healthy ? $0.since : nil }
            }
        } catch {
            logger.error("A notice that is over cannot be taken away", metadata: ["error": "\(error)"])
        }
    }

    /// Keeps more numbers in reserve than one step can use.
    private func reserveNumbers(_ state: inout State) {
        let needed = UInt64(state.engine.modelCount * 2 + 100)
        guard state.engine.upcomingSeq + needed > state.lastReserved else { return }
        do {
            let numbers = try dependencies.reserve(max(Self.numbersPerBlock, Int(needed) * 2))
            if numbers.lowerBound > state.lastReserved + 1 { state.engine.skip(to: numbers.lowerBound) }
            state.lastReserved = numbers.upperBound
            state.isReservationFailing = false
        } catch {
            if !state.isReservationFailing {
                logger.error(
                    "Event numbers cannot be reserved: after a crash some may be given out twice",
                    metadata: ["error": "\(error)"])
            }
            state.isReservationFailing = true
        }
    }

    private func report(_ event: HealthChangeEvent) {
        Self.statusChanges.makeCounter(event.modelId.rawValue, event.provider, event.currentStatus.rawValue).increment()
        logger.log(
            level: event.currentStatus == .healthy || event.reasons.first?.code == .added ? .info : .warning,
            "Health status changed",
            metadata: [
                "model_id": "\(event.modelId)", "provider": "\(event.provider)", "seq": "\(event.seq)",
                "from": "\(event.previousStatus.rawValue)", "to": "\(event.currentStatus.rawValue)",
                "reason": "\(event.reason)",
            ])
    }
}
