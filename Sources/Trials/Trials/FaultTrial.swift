import Health

/// One fault after another, each at a phase of its own, with quiet between: how soon is it found, and its end?
package struct FaultTrial: Sendable {
    package var trouble: Trouble
    package var noise: Double
    /// Seconds that each fault lasts: drawn between these.
    package var length: ClosedRange<Double>
    /// Seconds of quiet before each.
    package var quiet = 57_600.0
    package var faults = 100
    /// Whether only `unhealthy` counts as found, or any alarm.
    package var isTotal: Bool

    package struct Result: Sendable {
        /// Until the status told it.
        package var found = Delays()
        /// Until traffic was kept away.
        package var avoided = Delays()
        /// From the fault's end to `healthy`.
        package var recovered = Delays()
        /// Looks from the fault's beginning until it was found.
        package var looks = Delays()
        /// Entries into an alarm within the faults, and steps from degraded to unhealthy.
        package var entries = 0
        package var escalations = 0
        /// Changes of the status from each fault's beginning until all is quiet again.
        package var changes = 0
        package var faults = 0

        package init() {}

        package mutating func add(_ other: Result) {
            found.add(other.found)
            avoided.add(other.avoided)
            recovered.add(other.recovered)
            looks.add(other.looks)
            entries += other.entries
            escalations += other.escalations
            changes += other.changes
            faults += other.faults
        }

        package var entriesPerFault: Double { Double(entries) / Double(max(faults, 1)) }
        package var changesPerFault: Double { Double(changes) / Double(max(faults, 1)) }
    }

    package init(_ trouble: Trouble, noise: Double, length: ClosedRange<Double>, isTotal: Bool) {
        self.trouble = trouble
        self.noise = noise
        self.length = length
        self.isTotal = isTotal
    }

    package func run(_ monitor: some Contestant, seed: UInt64) -> Result {
        var chance = Chance(seed: seed)
        var episodes: [Episode] = []
        var at = 7_200.0
        for _ in 0..<faults {
            at += quiet * chance.uniform()
            let end = at + length.lowerBound + (length.upperBound - length.lowerBound) * chance.uniform()
            episodes.append(Episode(from: at, to: end, trouble))
            at = end + quiet
        }
        var run = Run(monitor, in: World(noise: noise, episodes: episodes, seed: chance.next()))
        var result = Result()
        for episode in episodes {
            run.advance(to: episode.from)
            let isAlarmed = run.monitor.status.isAlarm
            let looksBefore = run.monitor.looks
            let transitions = run.transitions.count
            let avoidances = run.avoidances.count
            let wasAvoided = run.monitor.isAvoided
            var looksAfter: Int?
            // In small steps, to count the looks until it is found.
            var time = episode.from
            while time < episode.to {
                time = min(time + 0.5, episode.to)
                run.advance(to: time)
                if looksAfter == nil, isFound(run.monitor.status) {
                    looksAfter = run.monitor.looks
                    run.advance(to: episode.to)
                    break
                }
            }
            let during = run.transitions[transitions...]
            run.advance(to: episode.to + quiet * 0.99)
            // An alarm that stood already says nothing.
            guard !isAlarmed else { continue }
            result.faults += 1
            result.found.add(during.first { isFound($0.status) }.map { $0.at - episode.from })
            result.looks.add(looksAfter.map { Double($0 - looksBefore) })
            if !wasAvoided {
                let first = run.avoidances[avoidances...].first.flatMap { $0 <= episode.to ? $0 - episode.from : nil }
                result.avoided.add(first)
            }
            result.entries += run.entries(from: episode.from, to: episode.to)
            result.escalations += zip(during, during.dropFirst()).count {
                $0.status == .degraded && $1.status == .unhealthy
            }
            result.changes += run.transitions[transitions...].count { $0.at < episode.to + 3_600 }
            guard looksAfter != nil else { continue }
            let back = run.transitions[transitions...].first { $0.at > episode.to && $0.status == .healthy }
            let isBack = during.last?.status == .healthy
            result.recovered.add(isBack ? 0 : back.map { $0.at - episode.to })
        }
        return result
    }

    private func isFound(_ status: HealthStatus) -> Bool { isTotal ? status == .unhealthy : status.isAlarm }
}
