package import Health

/// What one gateway's rule cost its users.
package struct TrafficScore: Sendable {
    package var name: String
    package var refused = TrafficTrial.Result()
    package var partial = TrafficTrial.Result()
    package var hanging = TrafficTrial.Result()
    /// Nothing wrong but noise of 1 % and of 3 %.
    package var quiet = TrafficTrial.Result()
    package var noisy = TrafficTrial.Result()
}

/// llm-health and the gateways that decide by their users' requests: five a second, a healthy backup, no retries.
package struct TrafficScoreboard: Sendable {
    package var interval: Double
    package var policy: HealthPolicy
    package var scale: TrialScale

    package init(interval: Double = 15, policy: HealthPolicy = HealthPolicy(), scale: TrialScale) {
        self.interval = interval
        self.policy = policy
        self.scale = scale
    }

    package func ours(_ name: String = "llm-health") async -> TrafficScore {
        let (interval, policy) = (interval, policy)
        return await score(name) { $0.run(interval: interval, policy: policy, seed: $1) }
    }

    package func peers() async -> [TrafficScore] {
        @Sendable func rule(_ rule: some TrafficRule) -> @Sendable (TrafficTrial, UInt64) -> TrafficTrial.Result {
            { $0.run(rule, seed: $1) }
        }
        return [
            await score("Envoy, 5 in a row", rule(EnvoyRule())),
            await score("LiteLLM cooldown", rule(LiteLLMCooldownRule())),
            await score("LiteLLM cooldown, at least 5", rule(LiteLLMCooldownRule(minimumRequests: 5))),
            await score("Helicone", rule(HeliconeRule())),
            await score("Kong, 5 in all", rule(KongRule())),
            await score("Kong, 5 in a row", rule(KongRule(passiveSuccesses: 1))),
            await score("resilience4j", rule(Resilience4jRule())),
            await score("vllm-router", rule(VLLMRouterRule())),
        ]
    }

    private func score(_ name: String, _ run: @escaping @Sendable (TrafficTrial, UInt64) -> TrafficTrial.Result) async
        -> TrafficScore
    {
        var score = TrafficScore(name: name)
        score.refused = await result(.refused, noise: 0.01, run)
        score.partial = await result(.partial(0.3), noise: 0.01, run)
        score.hanging = await result(.hang, noise: 0.01, run)
        score.quiet = await result(nil, noise: 0.01, run)
        score.noisy = await result(nil, noise: 0.03, run)
        return score
    }

    private func result(
        _ trouble: Trouble?, noise: Double, _ run: @escaping @Sendable (TrafficTrial, UInt64) -> TrafficTrial.Result
    ) async -> TrafficTrial.Result {
        var trial = TrafficTrial(trouble, noise: noise)
        trial.faults = scale.faults
        // Without a fault the hours count.
        if trouble == nil { trial.quiet = 7_200 }
        let made = trial
        return await scale.run { run(made, $0) }.reduce(into: TrafficTrial.Result()) { $0.add($1) }
    }
}
