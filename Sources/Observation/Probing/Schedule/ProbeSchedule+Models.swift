package import Health

extension ProbeSchedule {
    /// Gives every target and every custom check of the models a timetable; what is not named any more loses its own.
    ///
    /// They begin as ``InitialSchedule`` has it. A key that stays with the same interval keeps its plan and what it has in flight.
    /// - Parameter now: uptime.
    package mutating func register(_ models: [ModelConfig], at now: Duration) {
        let models = models.sorted { $0.id < $1.id }
        let wanted = models.flatMap(Self.keys)
        let names = Set(wanted.map(\.key))
        for key in keys where !names.contains(key) { remove(key) }
        var schedule = InitialSchedule(configs: models, at: now, policy)
        for ((key, every), plan) in zip(wanted, models.flatMap { schedule.plans(for: $0) }) {
            if intervals[key] == every, entries[key] != nil { continue }
            intervals[key] = every
            begin(plan)
        }
        intervals = intervals.filter { names.contains($0.key) }
    }

    /// What is probed of a model, and how often. Checks are made at the first target, which stands for the model.
    static func keys(of model: ModelConfig) -> [(key: ProbeKey, every: Duration)] {
        let first = model.targets.first?.name ?? TargetName.default
        return model.targets.map { (ProbeKey(model.id, target: $0.name), model.interval) }
            + model.checks.map { (ProbeKey(model.id, target: first, check: $0.name), $0.interval) }
    }
}
