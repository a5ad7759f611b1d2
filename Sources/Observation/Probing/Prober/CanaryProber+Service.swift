package import Health
import Logging
import Synchronization

extension CanaryProber: CanaryProbeService {
    /// Probes every target of a model now and returns the best of what came back.
    ///
    /// Callers of the same at the same time share one probe, and one that asks within `limits.manualReuse` of the last
    /// answer gets that, marked as cached. The schedule is not moved by it.
    /// A call that comes before `run()` waits for it.
    /// - Throws: for a model that nobody configured, when `run()` has ended, when probing is stopped meanwhile, and
    ///   when the caller is cancelled.
    package func probe(_ modelID: ModelID, config: ProbeConfig) async throws(CanaryProbeError) -> ProbeResult {
        guard let model = state.withLock({ $0.models[modelID] }) else {
            throw CanaryProbeError(
                modelId: modelID, message: "no such model is configured or discovered", retryable: false)
        }
        guard config.timeout > .zero, config.maxTokens > 0 else {
            throw CanaryProbeError(
                modelId: modelID, message: "a probe needs a timeout and a number of tokens above 0", retryable: false)
        }
        if Task.isCancelled { throw .abandoned(modelID) }
        if !(await isProbeable(model)) {
            return idleResult(model, target: model.targets.first?.name ?? TargetName.default)
        }
        let wish = ManualCalls.Wish(modelID: modelID, config: config)
        let now = timekeeper.now.uptime
        let opening = state.withLock { $0.ask(wish, at: now) }
        switch opening {
        case .recent(var result):
            result.isCached = true
            return result
        case .ended:
            throw CanaryProbeError(modelId: modelID, message: "the prober has ended", retryable: true)
        case .unknownModel:
            throw CanaryProbeError(
                modelId: modelID, message: "no such model is configured or discovered", retryable: false)
        case .wait(let caller):
            wake()
            let answer = await wait(for: wish, caller: caller)
            state.withLock { $0.manual.forget(caller) }
            return try answer.get()
        }
    }

    private func wait(for wish: ManualCalls.Wish, caller: UInt64) async -> ManualCalls.Answer {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let answer = state.withLock { $0.manual.wait(wish, caller: caller, waiter) }
                if let answer { waiter.resume(returning: answer) }
            }
        } onCancel: {
            let (told, scopes) = state.withLock { $0.abandon(wish, caller: caller) }
            for scope in scopes { scope.cancel() }
            if let told { tell([told]) }
        }
    }

    /// Puts the models on the schedule, in place of those that were there. What is in flight to models and targets that
    /// are gone is cancelled; the others keep their timetable.
    ///
    /// New ones begin as the decision would have them begin, and go on at their intervals while no plan of it comes.
    /// - Throws: for a model without targets, a name that occurs twice, or an interval or timeout that is not above 0;
    ///   then nothing is changed.
    package func startScheduledProbes(_ models: [ModelConfig]) async throws(CanaryProbeError) {
        try start(models, plans: HealthEngine.firstPlans(for: models, at: timekeeper.now, policy))
    }

    /// The same for models whose first plans the decision is about to make.
    package func watch(_ models: [ModelConfig]) throws(CanaryProbeError) { try start(models, plans: []) }

    private func start(_ models: [ModelConfig], plans: [ProbePlan]) throws(CanaryProbeError) {
        try Self.check(models)
        let now = timekeeper.now.uptime
        let (flights, told) = state.withLock { $0.start(models, plans: plans, at: now) }
        for flight in flights { flight.cancel() }
        tell(told)
        runner.keep(state.withLock(\.models))
        wake()
        logger.info("Scheduled probes started", metadata: ["models": "\(models.count)"])
    }

    /// Empties the schedule and cancels what is in flight, manual probes too; returns when all of it has ended.
    package func stopScheduledProbes() async {
        let (flights, told) = state.withLock { $0.stop() }
        for flight in flights.values { flight.cancel() }
        tell(told)
        await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
            if state.withLock({ $0.awaitLanding(of: Set(flights.keys), waiter) }) { waiter.resume() }
        }
        logger.info("Scheduled probes stopped")
    }

    /// Whether models can be probed. - Throws: for the first that cannot, with what is wrong and what to do.
    package static func check(_ models: [ModelConfig]) throws(CanaryProbeError) {
        var seen: Set<ModelID> = []
        for model in models {
            let message: String? =
                if !seen.insert(model.id).inserted {
                    "the model is listed twice; give each its own id"
                } else if model.targets.isEmpty {
                    "the model has no target; name its provider and URL"
                } else if Set(model.targets.map(\.name)).count < model.targets.count {
                    "two of its targets have the same name"
                } else if Set(model.checks.map(\.name)).count < model.checks.count {
                    "two of its checks have the same name"
                } else if model.interval <= .zero || model.checks.contains(where: { $0.interval <= .zero }) {
                    "an interval must be above 0"
                } else if model.probe.timeout <= .zero {
                    "the timeout must be above 0"
                } else {
                    nil
                }
            if let message { throw CanaryProbeError(modelId: model.id, message: message, retryable: false) }
        }
    }
}
