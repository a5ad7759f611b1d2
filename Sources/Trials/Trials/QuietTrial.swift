/// Days in which nothing is wrong but noise and blips: whoever raises an alarm is wrong.
package struct QuietTrial: Sendable {
    /// Share of requests that fail for no reason.
    package var noise: Double
    /// Blips a day, their length in seconds, and what happens in them.
    package var blips = 0.0
    package var blipLength = 10.0
    package var blip = Trouble.refused
    package var days = 100.0
    /// How many times slower the slowest hour is than the quickest.
    package var rhythm = 1.0

    package struct Result: Sendable {
        package var alarms = 0
        package var avoidances = 0
        package var days = 0.0
        package var looks = 0
        package var extraLooks = 0

        package init() {}

        package mutating func add(_ other: Result) {
            alarms += other.alarms
            avoidances += other.avoidances
            days += other.days
            looks += other.looks
            extraLooks += other.extraLooks
        }

        package var alarmsPerDay: Double { Double(alarms) / days }
        package var upperBound: Double { Poisson.upperBound(alarms) / days }
        /// Extra looks per regular one.
        package var extraShare: Double { Double(extraLooks) / Double(max(looks - extraLooks, 1)) }
    }

    package init(noise: Double) { self.noise = noise }

    /// One life of a model.
    package func run(_ monitor: some Contestant, seed: UInt64) -> Result {
        var chance = Chance(seed: seed)
        let end = days * 86_400
        var episodes: [Episode] = []
        var at = 3_600.0
        while blips > 0 {
            at += chance.exponential(rate: blips / 86_400)
            guard at < end else { break }
            episodes.append(Episode(from: at, to: at + blipLength, blip))
            at += blipLength
        }
        var run = Run(monitor, in: World(noise: noise, rhythm: rhythm, episodes: episodes, seed: chance.next()))
        run.advance(to: end)
        var result = Result()
        result.alarms = run.entries(from: 0, to: end)
        result.avoidances = (run.avoidances.count + 1) / 2
        result.days = days
        result.looks = run.monitor.looks
        result.extraLooks = run.monitor.extraLooks
        return result
    }
}
