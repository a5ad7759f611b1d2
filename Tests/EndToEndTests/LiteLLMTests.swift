import Foundation
import Health
import Simulator
import Testing

extension EndToEnd {
    /// A real LiteLLM proxy (`scripts/test` installs it) before simulated providers.
    @Suite(
        "LiteLLM", .timeLimit(.minutes(10)),
        .enabled(
            if: LiteLLM.isThere, "skipped: set LLM_HEALTH_TEST_LITELLM, or use scripts/test, to test with LiteLLM")
    )
    struct LiteLLMTests {
        struct Expected: Sendable {
            var model: String
            var status: HealthStatus
            var codes: [HealthReason.Code]
            var verdict: RoutingVerdict.Verdict
        }
        static let expected = [
            Expected(model: "good", status: .healthy, codes: [.passing], verdict: .usable),
            // Two providers' answers under one name, which is neither's.
            Expected(model: "alias", status: .healthy, codes: [.passing], verdict: .usable),
            Expected(model: "dead", status: .unhealthy, codes: [.outage], verdict: .avoid),
            // Every deployment in cooldown: down behind a live gateway, not limited.
            Expected(model: "pair", status: .unhealthy, codes: [.outage], verdict: .avoid),
            Expected(model: "broke", status: .unknown, codes: [.quota], verdict: .excluded),
            Expected(model: "locked", status: .unknown, codes: [.credentials], verdict: .excluded),
            Expected(model: "nosuch", status: .unknown, codes: [.misconfigured, .retired], verdict: .excluded),
            // Its own deployment is dead; what answers is another model's.
            Expected(model: "spare", status: .unhealthy, codes: [.outage], verdict: .avoid),
            Expected(model: "strangers-key", status: .unknown, codes: [.credentials], verdict: .excluded),
        ]

        @Test
        func `each fault behind it is told as what it is, and its own death as one`() async throws {
            let models =
                ["good-upstream", "alias-upstream", "locked-upstream"].map { SimulatedModel($0) }
                + [SimulatedModel("claude-3-5-haiku-20241022", on: .anthropic)]
            let fleet = SimulatorConfiguration(models: models, apiKeys: [.openAI: "sk-right"])
            try await withSimulator(fleet) { simulator in
                let folder = try TemporaryFolder()
                try await LiteLLM.serve(Self.proxy(simulator, refusing: try Ports.free()), in: folder) { url, proxy in
                    // The limits that upstreams announce are for many users; here nobody else asks.
                    let yaml = """
                        server: {port: 0}
                        logging: {format: json}
                        history: {sqlite: {path: ":memory:"}}
                        gateways:
                          lite: {kind: litellm, url: "\(url)", apiKey: \(LiteLLM.key)}
                          other: {kind: litellm, url: "\(url)", apiKey: sk-nobody-knows}
                        providers: {lite: {via: lite, probeShare: 100%}, other: {via: other}}
                        defaults: {interval: 2s, timeout: 5s, streaming: never}
                        models:
                        \(Self.expected.map { row in
                            row.model == "strangers-key"
                                ? "  - {id: strangers-key, model: good, provider: other}"
                                : "  - {id: \(row.model), provider: lite}"
                        }.joined(separator: "\n"))

                        """
                    try await RunningDaemon.with(yaml, in: folder) { daemon in
                        for row in Self.expected {
                            let model = try await daemon.api.model(
                                row.model, within: .seconds(60), "is \(row.status.rawValue) for \(row.codes)"
                            ) { $0.status == row.status && row.codes.contains($0.reasons[0].code) }
                            #expect(model.routing.verdict == row.verdict, "\(row.model): \(model.routing)")
                        }
                        // It stays so, through the proxy's cooldowns.
                        try await ContinuousClock().sleep(for: .seconds(15))
                        for row in Self.expected {
                            let model = try #require(try await daemon.api.model(row.model))
                            #expect(
                                model.status == row.status && row.codes.contains(model.reasons[0].code),
                                "\(row.model): \(model.status.rawValue), \(model.reasons)")
                        }
                        let summary = try await daemon.api.summary()
                        #expect(summary.components.first { $0.name == "lite" }?.status == .healthy)
                        try await Self.dies(proxy, daemon)
                    }
                }
            }
        }

        /// One component down, and the models that were well are not called so.
        private static func dies(_ proxy: ChildProcess, _ daemon: RunningDaemon) async throws {
            let clock = ContinuousClock()
            proxy.send(SIGKILL)
            let killed = clock.now
            try await eventually("the death of the gateway", within: .seconds(15)) {
                try await daemon.api.summary().components.first { $0.name == "lite" }?.status == .unhealthy ? true : nil
            }
            let known = clock.now - killed
            for id in ["good", "alias", "dead", "pair", "spare"] {
                _ = try await daemon.api.model(id, within: .seconds(15), "is behind a dead gateway") {
                    $0.status == .unknown && $0.reasons.first?.code == .gateway
                }
            }
            #expect(
                daemon.loggedChanges.filter { ["good", "alias"].contains($0.model) && $0.to == "unhealthy" }.isEmpty)
            print("LiteLLM: known to be dead \(known.rounded) after kill -9")
        }

        private static func proxy(_ simulator: LLMSimulator, refusing port: Int) -> String {
            let here = "api_base: \"\(simulator.openAI.url)/v1\""
            let nowhere = "api_base: \"http://127.0.0.1:\(port)/v1\", api_key: sk-right"
            return """
                model_list:
                  - {model_name: good, litellm_params: {model: openai/good-upstream, \(here), api_key: sk-right}}
                  - {model_name: alias, litellm_params: {model: openai/alias-upstream, \(here), api_key: sk-right}}
                  - {model_name: dead, litellm_params: {model: openai/dead-upstream, \(nowhere)}}
                  - {model_name: pair, litellm_params: {model: openai/pair-a, \(nowhere)}}
                  - {model_name: pair, litellm_params: {model: openai/pair-b, \(nowhere)}}
                  - {model_name: locked, litellm_params: {model: openai/locked-upstream, \(here), api_key: sk-wrong}}
                  - {model_name: spare, litellm_params: {model: openai/spare-upstream, \(nowhere)}}
                  - model_name: broke
                    litellm_params:
                      {model: anthropic/claude-3-5-haiku-20241022, api_base: "\(simulator.anthropic.url)", api_key: sk-right}
                router_settings:
                  num_retries: 0
                  allowed_fails: 1
                  cooldown_time: 30
                  fallbacks: [{spare: [good]}]
                  provider_budget_config: {anthropic: {budget_limit: 0.0000001, time_period: 1d}}
                general_settings: {master_key: \(LiteLLM.key)}
                litellm_settings: {telemetry: false}

                """
        }
    }
}

/// The real proxy, where it is installed.
enum LiteLLM {
    static let key = "sk-master"
    private static let program = ProcessInfo.processInfo.environment["LLM_HEALTH_TEST_LITELLM"] ?? ""
    static var isThere: Bool { !program.isEmpty }

    /// Runs it with a configuration of its own, until `body` is done.
    static func serve<Result>(
        _ configuration: String, in folder: TemporaryFolder, _ body: (String, ChildProcess) async throws -> Result
    ) async throws -> Result {
        try folder.write(configuration, to: "litellm.yaml")
        let port = try Ports.free()
        let url = "http://127.0.0.1:\(port)"
        return try await ChildProcess.with(
            program, ["--config", folder["litellm.yaml"], "--host", "127.0.0.1", "--port", "\(port)"],
            environment: ["LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False"], in: folder
        ) { proxy in
            try await eventually(
                "LiteLLM", within: .seconds(120), every: .milliseconds(300),
                seen: { String((proxy.errors.text + proxy.output.text).suffix(2_000)) }
            ) { (try? await HealthClient(url: url).get("/health/liveliness"))?.status == 200 ? true : nil }
            return try await body(url, proxy)
        }
    }
}
