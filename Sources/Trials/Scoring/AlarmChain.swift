/// A walk on the whole numbers, `up` on a failure and `down` on a success, never below zero, until it meets a boundary.
///
/// It is cut into cycles, each until it is at zero again or ends: these are all alike, so that only what happens within
/// one is to be solved for, which keeps its precision however rare the end is. That is done by sweeps along the
/// successes: each settles one more failure, of which a cycle has few.
struct AlarmChain {
    /// Where the walk ends.
    struct Boundary {
        /// It ends here and above.
        var level: Int
        /// How probable it is that it goes on when it lands just below: between 0 and 1 for the run lengths that lie
        /// between two levels.
        var passes = 1.0
    }

    /// How probable a failure is.
    let share: Double
    let up: Int
    let down: Int
    let boundary: Boundary

    private static let precision = 1e-13

    /// How probable it is that a failure that leads to a state does not end the walk.
    private func passes(_ state: Int) -> Double { state == boundary.level - 1 ? boundary.passes : 1 }

    /// The mean number of steps to the end, from each state.
    func steps() -> [Double] {
        let cycle = cycle()
        let fromZero = cycle.steps[0] / cycle.ends[0]
        return zip(cycle.steps, cycle.ends).map { $0 + (1 - $1) * fromZero }
    }

    /// Where a walk is that has gone on for long and not ended: the limit of its distribution on that condition.
    func steadyState() -> [Double] {
        let ends = cycle().ends[0]
        var start = [Double](repeating: 0, count: boundary.level)
        start[0] = 1
        let whole = visits(from: start)
        var state = start
        // Inverse iteration: the visits until the end, from where the last ones were.
        for _ in 0..<1_000 {
            var next = visits(from: state)
            let cycles = (1 - share) * next.prefix(down + 1).reduce(0, +) / ends
            for index in next.indices { next[index] += cycles * whole[index] }
            let total = next.reduce(0, +)
            var change = 0.0
            for index in next.indices {
                next[index] /= total
                change += abs(next[index] - state[index])
            }
            state = next
            if change < 1e-11 { break }
        }
        return state
    }

    /// From each state, the mean number of steps until it is at zero again or ends, and how probable the latter is.
    private func cycle() -> (steps: [Double], ends: [Double]) {
        let success = 1 - share
        var steps = [Double](repeating: 0, count: boundary.level)
        var ends = steps
        var change = 1.0
        while change > Self.precision {
            change = 0
            for state in 0..<boundary.level {
                var (step, end) = (1.0, 0.0)
                if state > down {
                    step += success * steps[state - down]
                    end += success * ends[state - down]
                }
                let above = state + up
                if above < boundary.level {
                    let passes = passes(above)
                    step += share * passes * steps[above]
                    end += share * (1 - passes + passes * ends[above])
                } else {
                    end += share
                }
                // Both only ever grow.
                change = max(change, step / steps[state] - 1, end > 0 ? end / ends[state] - 1 : 0)
                (steps[state], ends[state]) = (step, end)
            }
        }
        return (steps, ends)
    }

    /// The mean number of visits to each state until it is at zero again or ends.
    private func visits(from start: [Double]) -> [Double] {
        let success = 1 - share
        var visits = [Double](repeating: 0, count: boundary.level)
        var change = 1.0
        while change > Self.precision {
            change = 0
            for state in (0..<boundary.level).reversed() {
                var visit = start[state]
                if state > 0, state + down < boundary.level { visit += success * visits[state + down] }
                if state >= up { visit += share * passes(state) * visits[state - up] }
                change = max(change, visit - visits[state])
                visits[state] = visit
            }
        }
        return visits
    }
}
