/// What a simulated model does with the requests it gets. It can be replaced while the simulator runs.
///
/// In a scenario file it is either one word, the name of a ``Fault`` (`hang`, `http-500`, …) or `ok`, or a mapping with
/// the keys named below.
package struct Behavior: Sendable, Equatable {
    /// How answers go wrong; nil = they don't. Key `fault` (a name), or `answer` for one given word by word.
    package var fault: Fault?
    /// The share of requests that meet the fault, 0…1; default 1. Key `share`.
    package var share: Double
    /// Only this many requests, counted from when the behaviour was set, meet the fault; nil = no end. Key `failFirst`.
    package var failFirst: Int?
    /// The time before the first byte; default none. Key `latency`.
    package var latency: Latency
    /// The pause before each event of a stream but the first; default none. Key `chunkInterval`.
    package var chunkInterval: Duration
    /// The allowance after which requests get a 429 with `retry-after`; nil = none. Key `rateLimit`.
    package var rateLimit: RateLimit?
    /// The model that answers name instead of the one asked for; nil = no swap. Key `servedModel`.
    package var servedModel: String?
    /// The text of every answer; default `pong`. Words are sent as one stream event each. Key `text`.
    package var text: String
    /// The code inside the error of the fault `error-200`, such as 429; nil = none. Key `errorCode`.
    package var errorCode: Int?
    /// The finish reason of every answer, in place of `stop` or `length`; nil = as usual. Key `finishReason`.
    package var finishReason: String?
    /// After this time the behaviour that was there before returns; nil = it stays. Key `for`.
    package var lifetime: Duration?
    /// Where this model's random numbers start; the same seed gives the same run. Default 1. Key `seed`.
    package var seed: UInt64

    package init(
        fault: Fault? = nil,
        share: Double = 1,
        failFirst: Int? = nil,
        latency: Latency = .none,
        chunkInterval: Duration = .zero,
        rateLimit: RateLimit? = nil,
        servedModel: String? = nil,
        text: String = "pong",
        errorCode: Int? = nil,
        finishReason: String? = nil,
        lifetime: Duration? = nil,
        seed: UInt64 = 1
    ) {
        self.fault = fault
        self.share = share
        self.failFirst = failFirst
        self.latency = latency
        self.chunkInterval = chunkInterval
        self.rateLimit = rateLimit
        self.servedModel = servedModel
        self.text = text
        self.errorCode = errorCode
        self.finishReason = finishReason
        self.lifetime = lifetime
        self.seed = seed
    }

    /// Answers at once and well.
    package static let ok = Behavior()
    /// Takes requests and never answers.
    package static let hang = Behavior(fault: .hang)

    /// Every request meets the fault.
    package static func failing(_ fault: Fault) -> Behavior { Behavior(fault: fault) }

    /// Every request gets the error status in the words of the face.
    package static func failing(_ refusal: Refusal) -> Behavior { Behavior(fault: .refusal(refusal)) }

    /// A share of the requests meets the fault, the others are answered well.
    package static func failing(_ fault: Fault, share: Double, seed: UInt64 = 1) -> Behavior {
        Behavior(fault: fault, share: share, seed: seed)
    }

    /// Answers well after a time.
    package static func slow(_ latency: Latency) -> Behavior { Behavior(latency: latency) }

    /// Answers well, up to an allowance.
    package static func limited(_ limit: RateLimit) -> Behavior { Behavior(rateLimit: limit) }

    /// Streams this many events and falls silent.
    package static func stalling(after events: Int) -> Behavior { Behavior(fault: .stall(after: events)) }

    /// The same behaviour, which gives way to the one before it after a time.
    package func lasting(_ lifetime: Duration) -> Behavior {
        var behavior = self
        behavior.lifetime = lifetime
        return behavior
    }
}

/// So many requests a window; the window begins with the first request after the last one ended.
package struct RateLimit: Sendable, Equatable, Codable {
    package var requests: Int
    package var window: Duration

    package init(requests: Int, per window: Duration) {
        self.requests = requests
        self.window = window
    }

    private enum Key: String, CodingKey, CaseIterable { case requests, window }

    package init(from decoder: any Decoder) throws {
        let container = try StrictDecoding.container(of: decoder, keyedBy: Key.self, what: "rateLimit")
        requests = try container.decode(Int.self, forKey: .requests)
        window = try container.decode(TextDuration.self, forKey: .window).duration
        guard requests >= 0, window > .zero else {
            throw StrictDecoding.invalid(
                "a rate limit needs requests >= 0 and a window above 0s", at: container.codingPath)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(requests, forKey: .requests)
        try container.encode(TextDuration(window), forKey: .window)
    }
}
