import Foundation
package import Health

/// The truth about one target, which a monitor under trial sees only through its looks.
///
/// Times are uptime in seconds and must not go back by more than an episode's length.
package struct World: Sendable {
    /// What a request comes to and when.
    package struct Answer: Sendable {
        package enum Kind: Sendable {
            case ok, refused, timeout, limited(wait: Double), quota, credentials, gone, gateway, network
            /// No connection before the deadline.
            case unconnected
            case other(Outcome)
        }
        package var kind: Kind
        /// Seconds from sending to the answer or failure.
        package var latency: Double

        package var isSuccess: Bool {
            switch kind {
            case .ok: true
            case .other(let outcome): outcome.class == .ok
            default: false
            }
        }

        package init(kind: Kind, latency: Double) {
            self.kind = kind
            self.latency = latency
        }
    }

    /// The healthy latency: a lognormal law.
    package var median: Double
    package var spread: Double
    /// The share of requests that fail for no reason.
    package var noise: Double
    /// Seconds after which whoever asks gives up.
    package var timeout: Double
    /// How many times slower the slowest hour of the day is than the quickest; 1 for none.
    package var rhythm: Double
    /// Sorted by start, not overlapping.
    package var episodes: [Episode]
    /// Answers given one after the other before anything else decides.
    package var script: [Answer] = []
    /// Whether the server can be asked for its load.
    package var tellsLoad = false
    /// Whether it is a gateway that meets its refusals, and tells us.
    package var isBehindGateway = false
    package var chance: Chance
    private var cursor = 0
    private var scripted = 0

    package init(
        median: Double = 0.6, spread: Double = 0.3, noise: Double = 0.005, timeout: Double = 10, rhythm: Double = 1,
        episodes: [Episode] = [], seed: UInt64
    ) {
        self.median = median
        self.spread = spread
        self.noise = noise
        self.timeout = timeout
        self.rhythm = rhythm
        self.episodes = episodes
        chance = Chance(seed: seed)
    }

    /// The trouble at an instant.
    package mutating func episode(at time: Double) -> Episode? {
        while cursor < episodes.count, episodes[cursor].to <= time { cursor += 1 }
        while cursor > 0, episodes[cursor - 1].to > time { cursor -= 1 }
        guard cursor < episodes.count, episodes[cursor].from <= time else { return nil }
        return episodes[cursor]
    }

    /// What a request sent at an instant comes to.
    package mutating func answer(at time: Double, isStreamed: Bool = false) -> Answer {
        if scripted < script.count {
            scripted += 1
            return script[scripted - 1]
        }
        var answer = rawAnswer(at: time, isStreamed: isStreamed)
        if isBehindGateway, case .refused = answer.kind {
            answer.kind = .other(
                Outcome(.failing, .serverError, detail: "the provider refuses the gateway", httpStatus: 502))
        }
        return answer.latency < timeout ? answer : Answer(kind: .timeout, latency: timeout)
    }

    /// Whether every scripted answer has been given.
    var isScriptOver: Bool { scripted >= script.count }

    /// What the server says of its own load at an instant, where it can; `nil` when it says nothing.
    package mutating func load(at time: Double) -> ServerLoad? {
        switch episode(at: time)?.trouble {
        case .queueing(let longest):
            let waiting = 1 + Int(chance.uniform() * longest / max(median, 0.1))
            return ServerLoad(running: 2, waiting: waiting, slots: 2, generatedTokens: (40 * time).rounded())
        case nil, .slow, .ramp, .partial, .streamingFails:
            return ServerLoad(running: 1, waiting: 0, slots: 2, generatedTokens: (10 * time).rounded())
        case .hang, .partialHang, .refused, .hostLost, .gatewayLost, .gatewayFrozen, .networkLost, .networkDropped:
            return nil
        // Whatever it thinks of our request, its front is there.
        default: return ServerLoad(running: 0, waiting: 0, slots: 2, generatedTokens: (10 * time).rounded())
        }
    }

    private mutating func rawAnswer(at time: Double, isStreamed: Bool) -> Answer {
        var factor = 1.0
        if rhythm > 1 { factor = 1 + (rhythm - 1) * (1 - cos(2 * .pi * time / 86_400)) / 2 }
        if let episode = episode(at: time) {
            switch episode.trouble {
            case .refused: return Answer(kind: .refused, latency: 0.005)
            case .hang: return Answer(kind: .timeout, latency: timeout)
            case .slow(let times): factor *= times
            case .ramp(let times): factor *= 1 + (times - 1) * (time - episode.from) / (episode.to - episode.from)
            case .partial(let share): if chance.happens(share) { return Answer(kind: .refused, latency: 0.05) }
            case .partialHang(let share): if chance.happens(share) { return Answer(kind: .timeout, latency: timeout) }
            case .rateLimited(let share, let wait):
                if chance.happens(share) { return Answer(kind: .limited(wait: wait), latency: 0.05) }
            case .quota: return Answer(kind: .quota, latency: 0.1)
            case .credentials: return Answer(kind: .credentials, latency: 0.1)
            case .retired: return Answer(kind: .gone, latency: 0.1)
            case .gatewayLost: return Answer(kind: .gateway, latency: 0.005)
            case .networkLost: return Answer(kind: .network, latency: 0.005)
            case .gatewayFrozen: return Answer(kind: .timeout, latency: timeout)
            case .hostLost: return Answer(kind: .refused, latency: 0.005)
            case .networkDropped: return Answer(kind: .unconnected, latency: timeout)
            case .answers(let outcome): return Answer(kind: .other(outcome), latency: 0.1)
            case .streamingFails:
                if isStreamed {
                    return Answer(
                        kind: .other(Outcome(.failing, .stall, detail: "the stream fell silent", httpStatus: 200)),
                        latency: min(3, timeout / 2))
                }
            case .queueing(let longest):
                let wait = longest * chance.uniform()
                return Answer(kind: .ok, latency: median + wait)
            }
        }
        if chance.happens(noise) { return Answer(kind: .refused, latency: 0.05) }
        return Answer(kind: .ok, latency: median * factor * exp(spread * chance.normal()))
    }
}
