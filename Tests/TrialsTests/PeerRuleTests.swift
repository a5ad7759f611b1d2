import Health
import Testing

@testable import Trials

@Suite struct PeerRuleTests {
    // MARK: Helpers

    private func letter(_ status: HealthStatus) -> String {
        switch status {
        case .healthy: "+"
        case .degraded: "~"
        case .unhealthy: "-"
        case .unknown: "?"
        }
    }

    /// What a rule says after each of these probes, P passed and F failed, one every `interval` seconds.
    private func said(_ rule: some ProbeRule, _ looks: String, interval: Double = 60) -> String {
        var rule = rule
        var start = 0.0
        return looks.map { look in
            defer { start += interval }
            _ = rule.look(look == "P", latency: 0.5, startedAt: start, at: start + 0.5)
            return letter(rule.status)
        }.joined()
    }

    /// What llmstatus says at each evaluation, on the minute, of probes half a minute off it.
    private func evaluated(_ rule: LLMStatusRule, _ looks: String) -> String {
        var rule = rule
        var start = 30.0
        return looks.map { look in
            defer { start += 60 }
            _ = rule.look(look == "P", latency: 0.5, startedAt: start, at: start + 0.5)
            rule.tick(at: start + 30)
            return letter(rule.status)
        }.joined()
    }

    /// Whether a request would go to the primary after each of these outcomes: + or -.
    private func admitted(
        _ rule: inout some TrafficRule, _ outcomes: String, from start: Double = 0, every step: Double = 0.1
    ) -> String {
        var now = start
        return outcomes.map { outcome in
            defer { now += step }
            rule.outcome(outcome == "P", latency: 0.1, at: now)
            return rule.admits(at: now) ? "+" : "-"
        }.joined()
    }

    private func probed(_ rule: inout some TrafficRule, _ probes: String) -> String {
        probes.map { probe in
            rule.probe(probe == "P", latency: 0.1, at: 0)
            return rule.admits(at: 0) ? "+" : "-"
        }.joined()
    }

    private func admits(_ rule: inout some TrafficRule, at now: Double) -> Bool { rule.admits(at: now) }

    private func look(
        _ rule: inout some ProbeRule, _ isSuccess: Bool, latency: Double, startedAt start: Double, at now: Double
    ) -> Double? {
        rule.look(isSuccess, latency: latency, startedAt: start, at: now)
    }

    private func isAdmitted(_ rule: some TrafficRule) -> Bool {
        var rule = rule
        return rule.admits(at: 0)
    }

    private func times(_ count: Int, _ letter: String) -> String { String(repeating: letter, count: count) }

    // MARK: Probes

    @Test func `every rule begins in a healthy world`() {
        let rules: [any ProbeRule] = [
            GatusRule(), UptimeKumaRule(), LiteLLMHealthCheckRule(), LLMStatusRule(), KubernetesRule(),
        ]
        for rule in rules { #expect(rule.status == .healthy, "\(rule)") }
        let traffic: [any TrafficRule] = [
            EnvoyRule(), LiteLLMCooldownRule(), HeliconeRule(), KongRule(), Resilience4jRule(), VLLMRouterRule(),
        ]
        for rule in traffic {
            let isIn = isAdmitted(rule)
            #expect(isIn, "\(rule)")
        }
    }

    @Test(arguments: [
        ("FFFPFPP", "++----+"),
        ("FFPFFPF", "+++++++"),
        ("FFPFFFP", "+++++--"),
        ("FFFPFPFPFPP", "++--------+"),
        ("PPFFFPP", "++++--+"),
    ])
    func `Gatus is down after three failures in a row and up after two passes in a row`(_ row: (String, String)) {
        #expect(said(GatusRule(), row.0) == row.1)
    }

    @Test(arguments: [
        (0, "PFPFFP", "+-+--+"),
        (1, "PFPFFP", "++++-+"),
        (1, "FFFPFP", "+--+++"),
        (2, "FFPFFFFP", "+++++--+"),
    ])
    func `Uptime Kuma is down at the failure after its retries and up at the first pass`(
        _ row: (retries: Int, looks: String, said: String)
    ) {
        #expect(said(UptimeKumaRule(maxRetries: row.retries), row.looks) == row.said)
    }

    @Test func `Uptime Kuma's retry interval counts from the end of a check and only while pending`() {
        var rule = UptimeKumaRule(maxRetries: 1, retryInterval: 20)
        #expect(look(&rule, true, latency: 1, startedAt: 0, at: 1) == nil)
        #expect(look(&rule, false, latency: 10, startedAt: 60, at: 70) == 30)
        #expect(rule.status == .healthy)
        #expect(look(&rule, false, latency: 10, startedAt: 90, at: 100) == nil)
        #expect(rule.status == .unhealthy)
        #expect(look(&rule, false, latency: 10, startedAt: 150, at: 160) == nil)
        #expect(look(&rule, true, latency: 1, startedAt: 210, at: 211) == nil)
        #expect(rule.status == .healthy)
        #expect(look(&rule, false, latency: 0, startedAt: 270, at: 270) == 20)
    }

    @Test func `with LiteLLM's health check the last probe wins`() {
        #expect(said(LiteLLMHealthCheckRule(), "PFPFFP") == "+-+--+")
    }

    @Test(arguments: [
        ("PPFFFP", "++++-+"),
        ("FFPFFFF", "+++++--"),
        ("FFFFPF", "++--++"),
    ])
    func `Kubernetes is down after three failures in a row and up at one pass`(_ row: (String, String)) {
        #expect(said(KubernetesRule(), row.0) == row.1)
    }

    @Test func `Kubernetes with a success threshold waits for that many passes in a row`() {
        #expect(said(KubernetesRule(failureThreshold: 2, successThreshold: 2), "FFPFPPF") == "+----++")
    }

    @Test(arguments: [
        // Fewer than three probes say nothing, not even two failures.
        ("FF", "++"),
        ("FFF", "++-"),
        ("PFF", "++-"),
        // Half is not more than half.
        ("PFPF", "++~~"),
        // Three of five: 60 %, after two of five: 40 %.
        ("PPPPPPFFF", "++++++~~-"),
        // A lasting outage ends when no more than half of five failed.
        ("PPPPPPFFFFFPPP", "++++++~~-----~"),
        // One failure in ten is 10 %, and gone once it leaves the ten minutes.
        ("PPPPPPPPPPFPPPPPPPPPP", "++++++++++~~~~~~~~~~+"),
    ])
    func `llmstatus is down at more than half of five minutes and degraded at a twentieth of ten`(
        _ row: (String, String)
    ) {
        #expect(evaluated(LLMStatusRule(), row.0) == row.1)
    }

    @Test func `llmstatus says nothing new between evaluations`() {
        var rule = LLMStatusRule(firstEvaluation: 45)
        #expect(rule.nextTick == 45)
        for start in [1.0, 2, 3] { #expect(look(&rule, false, latency: 1, startedAt: start, at: start + 1) == nil) }
        #expect(rule.status == .healthy)
        rule.tick(at: 45)
        #expect(rule.status == .unhealthy)
        #expect(rule.nextTick == 105)
    }

    @Test func `llmstatus takes in a probe at the very beginning of its window`() {
        for (end, status) in [(300.0, HealthStatus.unhealthy), (300.5, .degraded)] {
            var rule = LLMStatusRule(degradedShare: 0)
            for start in [0.0, 100, 200] { _ = look(&rule, false, latency: 1, startedAt: start, at: start + 1) }
            rule.tick(at: end)
            #expect(rule.status == status, "\(end)")
        }
    }

    // MARK: Envoy

    @Test func `Envoy ejects at five failures in a row and a success starts them over`() {
        var rule = EnvoyRule()
        #expect(admitted(&rule, "FFFFPFFFFF") == "+++++++++-")
    }

    @Test(arguments: [(0.0, 30.0), (3, 40), (9.9, 40), (10, 40), (12, 50)])
    func `Envoy readmits at the first sweep thirty seconds or more later`(_ row: (ejected: Double, back: Double)) {
        var rule = EnvoyRule()
        _ = admitted(&rule, "FFFFF", from: row.ejected, every: 0)
        #expect(!admits(&rule, at: row.back - 0.01))
        #expect(admits(&rule, at: row.back))
    }

    @Test func `Envoy ejects for longer when it has just readmitted`() {
        var rule = EnvoyRule()
        _ = admitted(&rule, "FFFFF", from: 1, every: 0)
        #expect(admits(&rule, at: 40))
        // Again before the next sweep: twice the time.
        _ = admitted(&rule, "FFFFF", from: 41, every: 0)
        #expect(!admits(&rule, at: 109.9))
        #expect(admits(&rule, at: 110))
        // A sweep a whole interval later takes one step off: twice again, not three times.
        #expect(admits(&rule, at: 121))
        _ = admitted(&rule, "FFFFF", from: 121, every: 0)
        #expect(!admits(&rule, at: 189.9))
        #expect(admits(&rule, at: 190))
        // After two quiet sweeps nothing is left of it.
        #expect(admits(&rule, at: 211))
        _ = admitted(&rule, "FFFFF", from: 211, every: 0)
        #expect(!admits(&rule, at: 249.9))
        #expect(admits(&rule, at: 250))
    }

    @Test func `Envoy's ejections are no longer than five minutes`() {
        var rule = EnvoyRule()
        var now = 0.0
        var lengths: [Double] = []
        for _ in 0..<13 {
            _ = admitted(&rule, "FFFFF", from: now, every: 0)
            let begin = now
            while !admits(&rule, at: now) { now += 10 }
            lengths.append(now - begin)
        }
        #expect(lengths == [30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300, 300])
    }

    @Test func `what Envoy learns of requests under way at an ejection is forgotten`() {
        var rule = EnvoyRule()
        _ = admitted(&rule, times(12, "F"), from: 0, every: 0)
        #expect(admits(&rule, at: 30))
        #expect(admitted(&rule, "FFFFF", from: 31) == "++++-")
    }

    // MARK: LiteLLM

    @Test func `LiteLLM cools at the first failure of a fresh minute`() {
        var rule = LiteLLMCooldownRule()
        #expect(admitted(&rule, "F", from: 100) == "-")
        #expect(!admits(&rule, at: 104.9))
        #expect(admits(&rule, at: 105))
    }

    @Test(arguments: [
        ("PF", "++"), ("PFF", "++-"), ("PPPFFF", "++++++"), ("PPPFFFF", "++++++-"),
    ])
    func `LiteLLM cools at more than half of the minute's requests`(_ row: (String, String)) {
        var rule = LiteLLMCooldownRule()
        #expect(admitted(&rule, row.0) == row.1)
    }

    @Test func `newer LiteLLM waits for five requests`() {
        var rule = LiteLLMCooldownRule(minimumRequests: 5)
        #expect(admitted(&rule, "FFFFF") == "++++-")
    }

    @Test func `LiteLLM's counts outlive a cooldown but not their minute`() {
        var rule = LiteLLMCooldownRule()
        // Successes count from 0, failures from 1: by 61 both are over.
        #expect(admitted(&rule, "P", from: 0) == "+")
        #expect(admitted(&rule, "FF", from: 1) == "+-")
        // Two successes more make it 3 of 6.
        #expect(admitted(&rule, "PPF", from: 10) == "+++")
        #expect(admitted(&rule, "F", from: 11) == "-")
        // The successes' minute is over, the failures' is not.
        #expect(admitted(&rule, "PPPP", from: 60.2) == "++++")
        #expect(admitted(&rule, "F", from: 60.9) == "-")
        // Now the failures' too: 1 of 5.
        #expect(admitted(&rule, "F", from: 70) == "+")
    }

    @Test func `successes of a minute that is over do not hold a LiteLLM cooldown back`() {
        for (now, isIn) in [(59.9, true), (60, false)] {
            var rule = LiteLLMCooldownRule()
            _ = admitted(&rule, "PPP", from: 0)
            #expect(admitted(&rule, "F", from: now) == (isIn ? "+" : "-"), "\(now)")
        }
    }

    @Test func `a failure during a LiteLLM cooldown does not draw it out`() {
        var rule = LiteLLMCooldownRule()
        #expect(admitted(&rule, "FFF", from: 0, every: 2) == "---")
        #expect(admits(&rule, at: 5))
    }

    // MARK: Helicone

    @Test func `Helicone decides at its checks and not between them`() {
        var rule = HeliconeRule()
        #expect(admitted(&rule, times(30, "F"), from: 0, every: 0) == times(30, "+"))
        #expect(admits(&rule, at: 4.9))
        #expect(!admits(&rule, at: 5))
    }

    @Test(arguments: [
        (failures: 19, successes: 0, isIn: true), (20, 0, false), (2, 18, true), (3, 17, false), (10, 90, true),
        (11, 89, false),
    ])
    func `Helicone takes out at more than a tenth of twenty requests`(
        _ row: (failures: Int, successes: Int, isIn: Bool)
    ) {
        var rule = HeliconeRule()
        _ = admitted(&rule, times(row.failures, "F") + times(row.successes, "P"), from: 1, every: 0)
        #expect(admits(&rule, at: 5) == row.isIn)
    }

    @Test(arguments: [(2.0, 60.0), (49, 60), (61, 120)])
    func `Helicone puts back when the minute is over`(_ row: (at: Double, back: Double)) {
        var rule = HeliconeRule()
        _ = admitted(&rule, times(20, "F"), from: row.at, every: 0)
        #expect(!admits(&rule, at: row.at + 5))
        #expect(!admits(&rule, at: row.back - 0.1))
        #expect(admits(&rule, at: row.back))
    }

    @Test func `Helicone starts its counts over with each minute since its start`() {
        var rule = HeliconeRule(start: 7)
        _ = admitted(&rule, times(15, "F"), from: 66, every: 0)
        _ = admitted(&rule, times(15, "F"), from: 68, every: 0)
        #expect(admits(&rule, at: 80))
        _ = admitted(&rule, times(5, "F"), from: 80, every: 0)
        #expect(!admits(&rule, at: 82))
        #expect(!admits(&rule, at: 126.9))
        #expect(admits(&rule, at: 127))
    }

    // MARK: Kong

    @Test func `Kong's passive failures add up across successes`() {
        var rule = KongRule()
        #expect(admitted(&rule, "FPPFPPFPPFPPFPP") == "++++++++++++---")
    }

    @Test func `with passive successes Kong's failures count in a row`() {
        var rule = KongRule(passiveSuccesses: 1)
        #expect(admitted(&rule, "FFFFPFFFFF") == "+++++++++-")
    }

    @Test func `Kong puts a target back after two passed probes in a row`() {
        var rule = KongRule()
        #expect(rule.probeInterval == 5)
        _ = admitted(&rule, "FFFFF")
        #expect(!admits(&rule, at: 1e6))
        #expect(probed(&rule, "FPFPP") == "----+")
        // The failures begin from nothing.
        #expect(admitted(&rule, "FFFFF") == "++++-")
    }

    @Test func `without active failures Kong's passed probes add up`() {
        var rule = KongRule(activeFailures: 0)
        _ = admitted(&rule, "FFFFF")
        #expect(probed(&rule, "PFP") == "--+")
    }

    @Test func `Kong passes over probes of a target that is in`() {
        var rule = KongRule()
        #expect(admitted(&rule, "FFFF") == "++++")
        #expect(probed(&rule, "PPFFFFFF") == "++++++++")
        #expect(admitted(&rule, "F") == "-")
    }

    // MARK: Resilience4j

    @Test func `Resilience4j opens at the hundredth call and not before`() {
        var rule = Resilience4jRule()
        #expect(admitted(&rule, times(100, "F")) == times(99, "+") + "-")
    }

    @Test(arguments: [(49, true), (50, false)])
    func `Resilience4j opens at half of a hundred calls`(_ row: (failures: Int, isIn: Bool)) {
        var rule = Resilience4jRule()
        _ = admitted(&rule, times(row.failures, "F") + times(100 - row.failures, "P"), from: 0, every: 0)
        #expect(admits(&rule, at: 0) == row.isIn)
    }

    @Test func `Resilience4j forgets what is older than a hundred calls`() {
        var rule = Resilience4jRule()
        #expect(admitted(&rule, times(49, "F") + times(100, "P") + times(49, "F"), every: 0) == times(198, "+"))
        #expect(admitted(&rule, "F", every: 0) == "-")
    }

    @Test(arguments: [(4, true), (5, false)])
    func `after a minute Resilience4j tries ten calls`(_ row: (failures: Int, isClosed: Bool)) {
        var rule = Resilience4jRule()
        _ = admitted(&rule, times(100, "F"), from: 0, every: 0)
        #expect(!admits(&rule, at: 60))
        let trial = (0..<12).map { _ in admits(&rule, at: 60.1) }
        #expect(trial == Array(repeating: true, count: 10) + [false, false])
        for call in 0..<9 { rule.outcome(call >= row.failures, latency: 1, at: 61) }
        // It waits for the last one.
        #expect(!admits(&rule, at: 500))
        rule.outcome(true, latency: 1, at: 501)
        #expect(admits(&rule, at: 561) == row.isClosed)
        #expect(admits(&rule, at: 561.1))
    }

    @Test func `a closed Resilience4j begins with no calls on record`() {
        var rule = Resilience4jRule()
        _ = admitted(&rule, times(100, "F"), from: 0, every: 0)
        for _ in 0..<10 { #expect(admits(&rule, at: 61)) }
        for _ in 0..<10 { rule.outcome(true, latency: 1, at: 62) }
        #expect(admitted(&rule, times(100, "F"), from: 63, every: 0) == times(99, "+") + "-")
    }

    @Test func `Resilience4j uses no result that comes while it is open`() {
        var rule = Resilience4jRule()
        _ = admitted(&rule, times(100, "F"), from: 0, every: 0)
        for _ in 0..<20 { rule.outcome(true, latency: 1, at: 30) }
        #expect(!admits(&rule, at: 60))
        for _ in 0..<10 { #expect(admits(&rule, at: 61)) }
        for _ in 0..<10 { rule.outcome(false, latency: 1, at: 62) }
        #expect(!admits(&rule, at: 122))
        #expect(admits(&rule, at: 122.1))
    }

    // MARK: vllm-router

    @Test func `vllm-router opens at ten failures in a row and a success starts them over`() {
        var rule = VLLMRouterRule()
        #expect(admitted(&rule, times(9, "F") + "P" + times(10, "F")) == times(19, "+") + "-")
    }

    @Test func `after a minute vllm-router lets all through and closes at three successes`() {
        var rule = VLLMRouterRule()
        _ = admitted(&rule, times(10, "F"), from: 0, every: 0)
        #expect(!admits(&rule, at: 59.9))
        for _ in 0..<50 { #expect(admits(&rule, at: 60)) }
        #expect(admitted(&rule, "PPP", from: 61) == "+++")
        // Closed: one failure is no longer enough.
        #expect(admitted(&rule, times(10, "F"), from: 62, every: 0) == times(9, "+") + "-")
    }

    @Test func `one failure on trial opens vllm-router for another minute`() {
        var rule = VLLMRouterRule()
        _ = admitted(&rule, times(10, "F"), from: 0, every: 0)
        #expect(admits(&rule, at: 60))
        #expect(admitted(&rule, "PPF", from: 61, every: 0) == "++-")
        #expect(!admits(&rule, at: 120.9))
        #expect(admits(&rule, at: 121))
    }

    @Test func `results that come while vllm-router is open do not draw it out or close it`() {
        var rule = VLLMRouterRule()
        _ = admitted(&rule, times(10, "F"), from: 0, every: 0)
        #expect(admitted(&rule, "FFPPP", from: 30, every: 0) == "-----")
        #expect(admits(&rule, at: 60))
        #expect(admitted(&rule, "PPF", from: 60, every: 0) == "++-")
    }

    @Test(arguments: [
        ("FFF", "++-"), ("FFPFFF", "+++++-"), ("FFFPFPP", "++----+"), ("FFFPPFFF", "++--+++-"),
    ])
    func `vllm-router's check takes out after three failures and puts back after two passes`(
        _ row: (String, String)
    ) {
        var rule = VLLMRouterRule()
        #expect(rule.probeInterval == 60)
        #expect(probed(&rule, row.0) == row.1)
    }

    @Test func `vllm-router's check does not close its breaker`() {
        var rule = VLLMRouterRule()
        _ = admitted(&rule, times(10, "F"), from: 0, every: 0)
        #expect(probed(&rule, "PPP") == "---")
    }
}
