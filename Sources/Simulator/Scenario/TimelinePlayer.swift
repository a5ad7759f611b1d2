/// Carries out a timeline on a running simulator, on the simulator's clock.
struct TimelinePlayer: Sendable {
    let simulator: LLMSimulator

    /// Plays until the end, or for ever when the timeline repeats; returns when cancelled.
    func play() async {
        let timeline = simulator.configuration.timeline
        // Events of one instant keep the order in which they were written.
        let events = timeline.events.enumerated().sorted { a, b in
            (a.element.at, a.offset) < (b.element.at, b.offset)
        }.map(\.element)
        var roundStart = Duration.zero
        do {
            while true {
                for event in events {
                    try await simulator.clock.sleep(until: roundStart + event.at)
                    // What the control API took away meanwhile cannot be changed; the others go on.
                    try? await simulator.apply(event.change)
                }
                guard let period = timeline.period else { return }
                roundStart += period
                try await simulator.clock.sleep(until: roundStart)
                try? await simulator.resetAll()
            }
        } catch {
            // Cancelled: the simulator stops.
        }
    }
}
