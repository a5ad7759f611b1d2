/// How many requests each API key of a face may make, over all models and sites.
package struct KeyLimit: Sendable, Equatable, Decodable {
    /// So many a window; the window begins with the first request after the last one ended.
    package var limit: RateLimit
    /// How the face tells of it.
    package var style: Style

    package enum Style: String, Sendable, Codable, Equatable, CaseIterable {
        /// `x-ratelimit-limit-requests` and the like with every answer, `retry-after` with a 429.
        case openAI = "openai"
        /// OpenRouter's: nothing until it is used up, then a 429 whose headers and body name the reset in milliseconds
        /// since 1970.
        case openRouter = "openrouter"

        package init(from decoder: any Decoder) throws {
            self = try StrictDecoding.choice(of: "style", from: decoder)
        }
    }

    package init(_ limit: RateLimit, style: Style = .openAI) {
        self.limit = limit
        self.style = style
    }

    private enum Key: String, CodingKey, CaseIterable { case requests, window, style }

    package init(from decoder: any Decoder) throws {
        let container = try StrictDecoding.container(of: decoder, keyedBy: Key.self, what: "keyLimits")
        limit = RateLimit(
            requests: try container.decode(Int.self, forKey: .requests),
            per: try container.decode(TextDuration.self, forKey: .window).duration)
        style = try container.decodeIfPresent(Style.self, forKey: .style) ?? .openAI
        guard limit.requests >= 0, limit.window > .zero else {
            throw StrictDecoding.invalid(
                "a rate limit needs requests >= 0 and a window above 0s", at: container.codingPath)
        }
    }
}

/// A rate-limit window in use.
struct RateWindow: Sendable {
    private var start: Duration?
    private var used = 0

    /// Takes a request into account.
    mutating func count(_ limit: RateLimit, at now: Duration) -> BehaviorState.Allowance {
        if start.map({ now - $0 >= limit.window }) ?? true {
            start = now
            used = 0
        }
        let isExceeded = used >= limit.requests
        if !isExceeded { used += 1 }
        return BehaviorState.Allowance(
            limit: limit.requests, remaining: limit.requests - used,
            resetsIn: limit.window - (now - (start ?? now)), isExceeded: isExceeded)
    }
}
