extension ProbeSchedule {
    /// Names what is on the timetable: every target and every custom check of the models.
    ///
    /// A key that is new begins with the first plan that comes for it; one that is not named any more loses its own.
    ///
    /// - Parameter plans: for keys that are new or have another interval; all others are ignored.
    package mutating func register(_ models: [ModelConfig], beginningWith plans: [ProbePlan] = []) {
        let wanted = Dictionary(models.flatMap(Self.keys), uniquingKeysWith: { first, _ in first })
        let old = intervals
        for key in old.keys where wanted[key] == nil { entries[key] = nil }
        intervals = wanted
        for plan in plans where old[plan.key] != wanted[plan.key] { apply(plan) }
    }

    /// What is probed of a model, and how often. Checks are made at the first target, which stands for the model.
    static func keys(of model: ModelConfig) -> [(key: ProbeKey, every: Duration)] {
        let first = model.targets.first?.name ?? TargetName.default
        return model.targets.map { (ProbeKey(model.id, target: $0.name), model.interval) }
            + model.checks.map { (ProbeKey(model.id, target: first, check: $0.name), $0.interval) }
    }
}

extension HealthEngine {
    /// The plans that models begin with, for a prober without a decision behind it.
    ///
    /// - Parameter now: when they begin.
    package static func firstPlans(for models: [ModelConfig], at now: Moment, _ policy: HealthPolicy) -> [ProbePlan] {
        var engine = HealthEngine(policy: policy)
        return engine.configure(models, at: now).plans
    }
}
