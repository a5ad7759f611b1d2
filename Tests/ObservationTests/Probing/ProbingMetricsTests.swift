import CoreMetrics
import Health
import Simulator
import Synchronization
import Testing

@testable import Observation

extension ProbingNetworkTests {
    @Suite("Metrics of the prober", .timeLimit(.minutes(5)))
    struct ProbingMetricsTests {
        @Test
        func `requests, durations, tokens and checks are counted under their names, with model and provider`()
            async throws
        {
            let metrics = RecordedMetrics()
            try await withPeer({ _, number in
                number == 0 ? ProbingPeer.pong : ProbingPeer.answer("{}", status: "503 Oops")
            }) { peer in
                try await withProber(limits: .init(manualReuse: .zero), metrics: metrics) { stage in
                    for _ in 0..<2 { _ = try await stage.prober.probeOnce(probedModel(at: peer.url)) }
                    _ = try await stage.prober.probeOnce(
                        probedModel("gone", at: "http://127.0.0.1:\(try await refusingPort())"))
                }
            }
            let model = "model_id=m,provider=acme"
            #expect(metrics.count("llm_requests_total{\(model),status=200,source=probe}") == 1)
            #expect(metrics.count("llm_requests_total{\(model),status=503,source=probe}") == 1)
            #expect(metrics.count("llm_requests_total{model_id=gone,provider=acme,status=0,source=probe}") == 1)
            #expect(metrics.count("llm_probe_tokens_total{\(model),kind=input}") == 3)
            #expect(metrics.count("llm_probe_tokens_total{\(model),kind=output}") == 1)
            #expect(metrics.count("llm_health_checks_total{\(model),outcome=ok}") == 1)
            #expect(metrics.count("llm_health_checks_total{\(model),outcome=failing}") == 1)
            let durations = metrics.times("llm_probe_duration_seconds{\(model)}")
            #expect(durations.count == 2 && durations.allSatisfy { $0 > .zero && $0 < .seconds(5) })
        }

        /// The bar: 2,000 models every 10 s, p99 of lateness at most 250 ms. Here half that rate, in a debug build, with
        /// few models, so that it is short; what bare timers of the same rate are late meanwhile is the machine's.
        @Test
        func `a hundred probes a second leave on time, each in its turn`() async throws {
            let bar = Duration.milliseconds(250)
            let best = try await shortest(of: 4, below: bar) {
                try await withThrowingTaskGroup(of: Duration.self) { group in
                    group.addTask { await Self.latenessOfTimers(every: .milliseconds(10)) }
                    let late = try await Self.lateness(models: 200, every: .seconds(2))
                    group.cancelAll()
                    return late - (try await group.next() ?? .zero)
                }
            }
            #expect(best <= bar)
        }

        /// The 99th percentile, until it is cancelled.
        private static func latenessOfTimers(every interval: Duration) async -> Duration {
            let clock = ContinuousClock()
            var late: [Duration] = []
            var due = clock.now + interval
            while (try? await clock.sleep(until: due, tolerance: .zero)) != nil {
                late.append(clock.now - due)
                due = max(due + interval, clock.now)
            }
            return late.isEmpty ? .zero : late.sorted()[late.count * 99 / 100]
        }

        /// The 99th percentile, once each model has had at least two probes.
        private static func lateness(models: Int, every interval: Duration) async throws -> Duration {
            let metrics = RecordedMetrics()
            try await withSimulator(SimulatorConfiguration(models: [SimulatedModel("m")])) { simulator in
                try await withProber(metrics: metrics) { stage in
                    try await stage.prober.startScheduledProbes(
                        (0..<models).map {
                            probedModel(ModelID("m\($0)"), at: simulator.openAI.url, model: "m", interval: interval)
                        })
                    var finished: [ProbeKey: Int] = [:]
                    for await item in stage.intake.evidence {
                        guard case .probeFinished(let key, _, let result) = item.kind else { continue }
                        #expect(result.success, "\(result.outcome)")
                        finished[key, default: 0] += 1
                        if finished.count == models, finished.values.allSatisfy({ $0 >= 2 }) { break }
                    }
                    await stage.prober.stopScheduledProbes()
                    #expect(stage.intake.counts.dropped == 0)
                }
            }
            let late = metrics.times("llm_probe_schedule_lateness_seconds{}").sorted()
            #expect(late.count >= models * 2)
            return late[late.count * 99 / 100]
        }
    }
}

/// Metrics in memory, by `label{name=value,…}`.
final class RecordedMetrics: MetricsFactory {
    private struct State {
        var counts: [String: Int64] = [:]
        var times: [String: [Duration]] = [:]
    }
    private let state = Mutex(State())

    func count(_ name: String) -> Int64 { state.withLock { $0.counts[name] } ?? 0 }
    func times(_ name: String) -> [Duration] { state.withLock { $0.times[name] } ?? [] }

    private static func name(_ label: String, _ dimensions: [(String, String)]) -> String {
        "\(label){\(dimensions.map { "\($0)=\($1)" }.joined(separator: ","))}"
    }

    private final class Handler: CounterHandler, TimerHandler, FloatingPointCounterHandler, RecorderHandler {
        let name: String
        let metrics: RecordedMetrics
        init(_ name: String, _ metrics: RecordedMetrics) {
            self.name = name
            self.metrics = metrics
        }
        func increment(by amount: Int64) { metrics.state.withLock { $0.counts[name, default: 0] += amount } }
        func recordNanoseconds(_ duration: Int64) {
            metrics.state.withLock { $0.times[name, default: []].append(.nanoseconds(duration)) }
        }
        func increment(by amount: Double) {}
        func record(_ value: Int64) {}
        func record(_ value: Double) {}
        func reset() {}
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handler(Self.name(label, dimensions), self)
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Handler(Self.name(label, dimensions), self)
    }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Handler(Self.name(label, dimensions), self)
    }
    func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        Handler(Self.name(label, dimensions), self)
    }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
}
