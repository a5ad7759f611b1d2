import Foundation
import Health
import Simulator
import Synchronization
import TestSupport
import Testing

extension EndToEnd {
    /// A server that breaks every rule of HTTP, wherever the daemon asks anything.
    @Suite("Hostile upstreams", .timeLimit(.minutes(15))) struct HostileTests {
        private static let hostile = 240
        private static let bystanders = 5
        private static let interval = Duration.seconds(1)
        /// The statuses 0…999 and as many generated answers; more where `scripts/verify` asks for them.
        private static let probes =
            ProcessInfo.processInfo.environment["LLM_HEALTH_TEST_HOSTILE_PROBES"].flatMap { Int($0) } ?? 6_000

        private static func yaml(_ simulator: LLMSimulator, _ peer: HostilePeer) -> String {
            let models = (0..<hostile).map { index in
                "  - {id: h\(index), provider: hostile, interval: 60s, streaming: \(index % 2 == 0 ? "never" : "always")}\n"
            }
            let bystanders = (0..<bystanders).map { "  - {id: b\($0), provider: simulated, interval: 1s}\n" }
            let address = "http://127.0.0.1:\(peer.port)"
            return """
                server: {port: 0}
                history: {sqlite: {path: ./health.db}}
                gateways:
                  hostile-gateway: {kind: portkey, url: "\(address)/gateway"}
                providers:
                  hostile: {kind: openai, url: "\(address)/upstream", key: none}
                  listed: {kind: openai, url: "\(address)/list", key: none, discover: {interval: 10s}}
                  simulated: {kind: openai, url: "\(simulator.openAI.url)", key: none}
                local:
                  interval: 1s
                  ollama: {url: "\(address)/ollama"}
                  lmStudio: {url: "\(address)/lmstudio"}
                defaults: {interval: 60s, timeout: 1s}
                models:
                \((models + bystanders).joined())
                """
        }

        @Test
        func `end nothing, delay no other model and fill no memory, over every way the daemon asks`() async throws {
            let fleet = SimulatorConfiguration(models: (0..<Self.bystanders).map { SimulatedModel("b\($0)") })
            // The statuses one by one first, by the requests of probes; then what is generated.
            let next = Mutex(0)
            let elsewhere = Mutex<[String: Int]>([:])
            try await withHostilePeer({ line, number in
                guard line.contains("/upstream/") else {
                    let place = line.split(separator: "/").dropFirst().first.map(String.init) ?? line
                    elsewhere.withLock { $0[place, default: 0] += 1 }
                    return number % 3 == 0 ? HostileAnswer(status: number % 200) : HostileAnswer(seed: UInt64(number))
                }
                let turn = next.withLock { turn in
                    defer { turn += 1 }
                    return turn
                }
                return turn < 1_000 ? HostileAnswer(status: turn) : HostileAnswer(seed: UInt64(turn))
            }) { peer in
                try await withSimulator(fleet) { simulator in
                    let folder = try TemporaryFolder()
                    try await RunningDaemon.with(Self.yaml(simulator, peer), in: folder) { daemon in
                        try await eventually("the bystanders", within: .seconds(20)) {
                            try await daemon.api.models().filter {
                                $0.modelId.rawValue.hasPrefix("b") && $0.status == .healthy
                            }.count == Self.bystanders ? true : nil
                        }
                        let before = try Self.residentBytes(of: daemon)
                        let first = simulator.requests().last?.number ?? 0
                        try await Self.probeAll(daemon, until: { next.withLock { $0 } >= Self.probes })
                        #expect(daemon.child.exit == nil)
                        let gaps = Self.gaps(simulator, since: first)
                        try #require(
                            !gaps.isEmpty, "no bystander was probed twice: \(daemon.child.errors.text.suffix(500))")
                        let p99 = gaps[min(gaps.count - 1, gaps.count * 99 / 100)]
                        #expect(p99 <= Self.interval.seconds * 1.5, "gap p99 \(p99) s of \(gaps.count)")
                        let after = try Self.residentBytes(of: daemon)
                        #expect(after < 400 << 20, "\(after >> 20) MiB, at first \(before >> 20)")
                        for place in ["gateway", "list", "ollama", "lmstudio"] {
                            #expect(elsewhere.withLock { $0[place] ?? 0 } >= 2, "\(place) was hardly asked")
                        }
                        let models = try await daemon.api.models()
                        for model in models where model.modelId.rawValue.hasPrefix("b") {
                            #expect(model.status == .healthy, "\(model.modelId): \(model.reasons)")
                        }
                        #expect(try await daemon.api.get("/livez").status == 200)
                        print(
                            "FIGURE\tHostile exchanges against the running daemon\tlives, gap p99 ≤ 1.5 × interval\t"
                                + "\(next.withLock { $0 }): gap p99 \((p99 * 1_000).rounded()) ms, "
                                + "RSS \(before >> 20) → \(after >> 20) MB")
                    }
                }
            }
        }

        /// Asks for immediate checks, four at a time, and for the gateway's metrics in between.
        private static func probeAll(_ daemon: RunningDaemon, until isDone: @escaping @Sendable () -> Bool) async throws
        {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<4 {
                    group.addTask {
                        var index = worker
                        while !isDone(), daemon.child.exit == nil {
                            let answer = try await daemon.api.post(
                                HealthClient.base + "health/probe", #"{"modelId":"h\#(index % hostile)"}"#)
                            #expect([200, 429, 502, 503].contains(answer.status), "\(answer.status) \(answer.body)")
                            if index % 97 == 0 { _ = try await daemon.api.get(HealthClient.base + "metrics") }
                            index += 4
                        }
                    }
                }
                try await group.waitForAll()
            }
        }

        /// Between two probes of the same bystander, in seconds, shortest first.
        private static func gaps(_ simulator: LLMSimulator, since first: Int) -> [Double] {
            var gaps: [Double] = []
            for index in 0..<bystanders {
                let times = simulator.requests(since: first, model: "b\(index)").map(\.receivedAtMs)
                gaps += zip(times, times.dropFirst()).map { ($1 - $0) / 1_000 }
            }
            return gaps.sorted()
        }

        static func residentBytes(of daemon: RunningDaemon) throws -> Int {
            #if os(Linux)
            let text = try String(contentsOfFile: "/proc/\(daemon.child.id)/statm", encoding: .utf8)
            return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4_096
            #else
            return 0
            #endif
        }
    }
}
