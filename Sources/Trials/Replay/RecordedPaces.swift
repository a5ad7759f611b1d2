import Health

/// How often each target of a recording is looked at.
///
/// It depends on times alone, and not on the order in which lines of several writers stand in the recording.
struct RecordedPaces {
    /// Looks that are remembered of a target, and how many there must be.
    private static let most = 16
    private static let fewest = 4

    private struct Look {
        /// Microseconds since 1970.
        var at: Int64
        var isSuccess: Bool
    }

    private struct Pace {
        /// In the order of their times.
        var ahead: ArraySlice<Look> = []
        var passed: ArraySlice<Look> = []
        var every: Int64?

        /// After a success the next look is a regular one; after a failure it may be sooner.
        mutating func measure() {
            guard passed.count >= RecordedPaces.fewest else { return }
            let pairs = zip(passed, passed.dropFirst())
            let regular = pairs.filter(\.0.isSuccess)
            let gaps = (regular.count + 1 >= RecordedPaces.fewest ? regular : Array(pairs)).map { $1.at - $0.at }
            every = gaps.sorted()[gaps.count / 2]
        }
    }

    private var paces: [ProbeKey: Pace] = [:]
    /// That of the slowest target, for those of which too little is known.
    private var slowest: Int64?

    /// Takes up a look that left at a time in microseconds since 1970.
    mutating func note(_ look: RecordedEvidence, at time: Int64) {
        var pace = paces.removeValue(forKey: look.key) ?? Pace()
        let place = pace.ahead.lastIndex { $0.at <= time }.map { $0 + 1 } ?? pace.ahead.startIndex
        pace.ahead.insert(Look(at: time, isSuccess: look.outcome.class == .ok), at: place)
        paces[look.key] = pace
    }

    /// How often a target is looked at, by the looks up to a time, to be asked in the order of times; to the second where
    /// it is that long, since probes leave with jitter.
    mutating func every(_ key: ProbeKey, upTo time: Int64) -> Duration? {
        if let first = paces[key]?.ahead.first, first.at <= time, var pace = paces.removeValue(forKey: key) {
            while let look = pace.ahead.first, look.at <= time {
                pace.passed.append(look)
                pace.ahead.removeFirst()
            }
            pace.passed = ArraySlice(pace.passed.suffix(Self.most))
            pace.measure()
            if let every = pace.every { slowest = max(slowest ?? every, every) }
            paces[key] = pace
        }
        guard let microseconds = paces[key]?.every ?? slowest else { return nil }
        let every = Duration.microseconds(microseconds)
        return every < .seconds(2) ? every : .seconds(every.seconds.rounded())
    }
}
