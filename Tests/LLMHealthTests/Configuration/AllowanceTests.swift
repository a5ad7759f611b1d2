import Foundation
import Health
import Testing

@testable import LLMHealth

@Suite("What probing may take and what it costs at worst", .timeLimit(.minutes(5)))
struct AllowanceTests {
    @Test(arguments: [
        ("minute", Duration.seconds(60)), ("second", .seconds(1)), ("hour", .seconds(3_600)),
        ("day", .seconds(86_400)), ("month", .seconds(30 * 86_400)), ("5h", .seconds(18_000)),
    ])
    func `periods of limits`(_ text: String, _ period: Duration) throws {
        let models = try Configuration.load(
            yaml:
                "providers: {openai: {limit: {requests: 50, per: \(text)}}}\nmodels: [{id: a, provider: openai}]\n"
        ).modelConfigs()
        #expect(models[0].targets[0].limit == RequestLimit(requests: 50, period: period, share: 0.01))
    }

    @Test
    func `the share is a percentage, of a written limit and of an announced one`() throws {
        let models = try Configuration.load(
            yaml: """
                gateways: {p: {}}
                providers:
                  openai: {limit: {requests: 1000, per: day}, probeShare: 2.5%}
                  groq: {via: p, probeShare: 10%, key: k}
                  xai: {url: "https://api.x.ai"}
                models: [{id: a, provider: openai}, {id: b, provider: groq}, {id: c, provider: xai}]
                """
        ).modelConfigs()
        #expect(models[0].targets[0].limit == RequestLimit(requests: 1_000, period: .seconds(86_400), share: 0.025))
        #expect(models[0].targets[0].limit?.probesPerDay == 25)
        #expect(models.map { $0.targets[0].probeShare } == [0.025, 0.1, 0.01])
        #expect(models[1].targets[0].limit == nil)
    }

    @Test(  // Five failures, gaps that grow by half to the interval or 25 s, then that gap.
        arguments: [(5, 3_464), (15, 3_462), (60, 1_447), (3_600, 41), (86_400, 25)] as [(Double, Double)])
    func `a day of being down: quick looks, then further apart, never more often for long than a live model`(
        _ seconds: Double, _ probes: Double
    ) {
        #expect(CostEstimate.probesWhileDown(.seconds(seconds), HealthPolicy()) == probes)
    }

    private func lines(_ yaml: String) throws -> [String] {
        try CostReport(Configuration.load(yaml: yaml), at: .now).lines(for: Terminal(width: 400))
    }

    @Test
    func `validate tells what an allowance leaves, and warns where it is too little`() throws {
        let free = try lines(
            """
            providers: {openrouter: {url: "https://openrouter.ai/api", key: k, limit: {requests: 50, per: day}}}
            models: [{id: a, provider: openrouter}, {id: b, provider: openrouter}, {id: c, provider: openrouter}]
            """)
        #expect(
            free.contains(
                "warning: openrouter: 1 % of 50 requests per 1d leaves 0.5 probes a day for 3 models, so each is probed "
                    + "about every 6d; an outage is seen no sooner: raise `providers.openrouter.probeShare`, or watch fewer "
                    + "models with this key"))
        let slow = try lines(
            "providers: {groq: {url: \"http://x\", limit: {requests: 30, per: minute}, probeShare: 2%}}\nmodels: [{id: a, provider: groq, interval: 15s}]\n"
        )
        #expect(
            slow.contains(
                "groq: 2 % of 30 requests per 1m leaves 864 probes a day for 'a', so it is probed about every 100s"))
        let plenty = try lines(
            "providers: {groq: {url: \"http://x\", limit: {requests: 1000, per: minute}}}\nmodels: [{id: a, provider: groq}]\n"
        )
        #expect(
            plenty.contains(
                "groq: 1 % of 1000 requests per 1m leaves 14,400 probes a day for 'a', which is enough"))
    }

    @Test
    func `keys have allowances of their own, and the estimate keeps to them`() throws {
        let models = try Configuration.load(
            yaml: """
                providers:
                  openai: {limit: {requests: 86400, per: day}, targets: [{name: x, key: k1}, {name: y, key: k2}]}
                models: [{id: a, provider: openai, interval: 15s}, {id: b, provider: openai, interval: 15s}]
                """
        ).modelConfigs()
        let cost = CostEstimate(models)
        #expect(cost.allowances.count == 2)
        #expect(cost.allowances.map(\.probesPerDay) == [864, 864])
        #expect(cost.allowances.map(\.models) == [["a", "b"], ["a", "b"]])
        #expect(cost.models.map(\.probesPerDay) == [864, 864])
        #expect(cost.models.map(\.allowedProbesPerDay) == [864, 864])
        #expect(cost.worstDay.probes == 1_728)
    }

    @Test
    func `the worst day has no fewer probes and tokens than a good one`() throws {
        for interval in ["1s", "15s", "60s", "1h", "1d"] {
            let models = try Configuration.load(
                yaml:
                    "providers: {openai: {price: {input: 1, output: 1}}}\nmodels: [{id: a, provider: openai, interval: \(interval)}]\n"
            ).modelConfigs()
            let model = CostEstimate(models).models[0]
            #expect(model.worstDay.probes >= model.probesPerDay)
            #expect(model.worstDay.tokens >= model.tokensPerDay)
            #expect(try #require(model.worstDay.dollars) >= #require(model.dollarsPerDay))
        }
    }
}
