public import Health

/// What watching models costs in a day: while all is well, and on the worst day.
///
/// Tokens are an upper estimate: output is counted at its cap, input at four characters a token.
public struct CostEstimate: Sendable, Hashable {
    /// What one model's probes come to in a day.
    public struct Model: Sendable, Hashable, Encodable {
        /// The model.
        public var modelId: ModelID
        /// Who serves it.
        public var provider: String
        /// Over all targets, custom checks included.
        public var probesPerDay: Double
        /// Tokens of the requests.
        public var inputTokensPerDay: Double
        /// Tokens of the answers, at most.
        public var outputTokensPerDay: Double
        /// `nil` where nobody said what a token costs; 0 for local models.
        public var dollarsPerDay: Double?
        /// A day on which it is down throughout, and every failed probe is billed like an answer.
        public var worstDay: Day
        /// What its share of its keys' limits leaves; `nil` where no limit is written.
        public var allowedProbesPerDay: Double?

        /// Tokens of requests and answers.
        public var tokensPerDay: Double { inputTokensPerDay + outputTokensPerDay }

        private enum CodingKeys: String, CodingKey {
            case modelId, provider, probesPerDay, inputTokensPerDay, outputTokensPerDay, dollarsPerDay, worstDay
            case allowedProbesPerDay
        }

        /// A price nobody knows is an explicit null.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(modelId, forKey: .modelId)
            try container.encode(provider, forKey: .provider)
            try container.encode(probesPerDay, forKey: .probesPerDay)
            try container.encode(inputTokensPerDay, forKey: .inputTokensPerDay)
            try container.encode(outputTokensPerDay, forKey: .outputTokensPerDay)
            try container.encode(dollarsPerDay, forKey: .dollarsPerDay)
            try container.encode(worstDay, forKey: .worstDay)
            try container.encode(allowedProbesPerDay, forKey: .allowedProbesPerDay)
        }
    }

    /// What one day may come to at most.
    public struct Day: Sendable, Hashable, Encodable {
        /// Probes in the time.
        public var probes: Double
        /// Tokens in the time, at most.
        public var tokens: Double
        /// `nil` where nobody said what a token costs.
        public var dollars: Double?

        private enum CodingKeys: String, CodingKey { case probes, tokens, dollars }

        /// A price nobody knows is an explicit null.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(probes, forKey: .probes)
            try container.encode(tokens, forKey: .tokens)
            try container.encode(dollars, forKey: .dollars)
        }
    }

    /// In the order of the models.
    public let models: [Model]

    /// The keys with a written limit, and what it leaves for probing.
    public let allowances: [Allotment]

    /// `models`: those that are probed; local ones count as in memory all day.
    public init(_ models: [ModelConfig], policy: HealthPolicy = HealthPolicy()) {
        let allowances = Allotment.all(of: models)
        self.allowances = allowances
        self.models = models.map { Self.estimate($0, allowances, policy) }
    }

    /// The most that a day with every model down comes to; dollars over the models with a price.
    public var worstDay: Day {
        Day(
            probes: models.reduce(0) { $0 + $1.worstDay.probes }, tokens: models.reduce(0) { $0 + $1.worstDay.tokens },
            dollars: unpricedModels == models.count ? nil : models.reduce(0) { $0 + ($1.worstDay.dollars ?? 0) })
    }

    /// Of all models.
    public var probesPerDay: Double { models.reduce(0) { $0 + $1.probesPerDay } }
    /// Of all models, at most.
    public var tokensPerDay: Double { models.reduce(0) { $0 + $1.tokensPerDay } }
    /// The sum over the models with a price.
    public var dollarsPerDay: Double { models.reduce(0) { $0 + ($1.dollarsPerDay ?? 0) } }
    /// Models of which no price is known.
    public var unpricedModels: Int { models.count { $0.dollarsPerDay == nil } }

    private static func estimate(
        _ model: ModelConfig, _ allowances: [Allotment], _ policy: HealthPolicy
    ) -> Model {
        var usual = Sum()
        var worst = Sum()
        var allowed: Double?
        for target in model.targets {
            let allowance = allowances.first { $0.covers(target, of: model) }
            let ask = (
                input: inputTokens(model.probe.prompt), output: outputTokens(model.mode, cap: model.probe.maxTokens)
            )
            let healthy = perDay(model.interval)
            var mine = Sum()
            var worstOfMine = Sum()
            mine.add(healthy, input: ask.input, output: ask.output)
            worstOfMine.add(
                max(healthy * (1 + policy.budget.share), Self.probesWhileDown(model.interval, policy)),
                input: ask.input, output: ask.output)
            for check in model.checks {
                let runs = perDay(check.interval)
                let input = inputTokens(check.prompt ?? check.body.map(text) ?? "")
                let output = outputTokens(model.mode, cap: cap(of: check) ?? model.probe.maxTokens)
                mine.add(runs, input: input, output: output)
                worstOfMine.add(runs, input: input, output: output)
            }
            if let allowance {
                let part = allowance.probesPerTarget
                allowed = (allowed ?? 0) + part
                mine.cap(at: part)
                worstOfMine.cap(at: part)
            }
            usual += mine
            worst += worstOfMine
        }
        let price = model.localRuntime != nil ? TokenPrice(input: 0, output: 0) : model.price
        return Model(
            modelId: model.id, provider: model.provider, probesPerDay: usual.probes, inputTokensPerDay: usual.input,
            outputTokensPerDay: usual.output, dollarsPerDay: price.map(usual.dollars),
            worstDay: Day(
                probes: worst.probes, tokens: worst.input + worst.output, dollars: price.map(worst.dollars)),
            allowedProbesPerDay: allowed)
    }

    /// The most probes of one target on a day that it is down throughout: it is looked at quickly until the breaker
    /// opens, then further and further apart, up to its own interval.
    static func probesWhileDown(_ interval: Duration, _ policy: HealthPolicy) -> Double {
        let longest = max(interval, policy.breaker.longestBackoff).seconds
        var gap = min(interval, policy.breaker.recoveryInterval).seconds
        var probes = Double(policy.breaker.failures)
        var time = 0.0
        while gap > 0, gap < longest, time + gap < 86_400 {
            time += gap
            probes += 1
            gap *= policy.breaker.growth
        }
        return probes + ((86_400 - time) / longest).rounded(.up)
    }

    private struct Sum {
        var probes = 0.0
        var input = 0.0
        var output = 0.0

        mutating func add(_ count: Double, input: Double, output: Double) {
            probes += count
            self.input += count * input
            self.output += count * output
        }

        mutating func cap(at most: Double) {
            guard probes > most, probes > 0 else { return }
            let share = most / probes
            (probes, input, output) = (most, input * share, output * share)
        }

        static func += (sum: inout Sum, other: Sum) {
            sum.add(1, input: other.input, output: other.output)
            sum.probes += other.probes - 1
        }

        func dollars(at price: TokenPrice) -> Double { (input * price.input + output * price.output) / 1_000_000 }
    }

    private static func perDay(_ interval: Duration) -> Double { 86_400 / max(interval.seconds, 0.001) }

    /// The text, its nonce, and what a chat template puts around a message.
    private static func inputTokens(_ text: String) -> Double { Double((text.utf8.count + 3) / 4 + 16) }

    private static func outputTokens(_ mode: ModelConfig.Mode, cap: Int) -> Double {
        mode == .embedding || mode == .rerank ? 0 : Double(cap)
    }

    private static func cap(of check: CheckDefinition) -> Int? {
        for key in ["max_tokens", "max_completion_tokens", "max_output_tokens"] {
            if let cap = check.body?[key]?.number, cap >= 0, cap < 1e9 { return Int(cap) }
        }
        return nil
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .array(let items): items.map(text).joined(separator: " ")
        case .object(let members): members.sorted { $0.key < $1.key }.map { text($0.value) }.joined(separator: " ")
        case .null, .bool, .number: ""
        }
    }
}
