import Foundation
import Health
import Testing

extension EndToEnd {
    /// A gateway that hangs or dies takes its models out of sight, and none of them down.
    @Suite("Hung gateway", .timeLimit(.minutes(10))) struct HungGatewayTests {
        private struct Watcher: Sendable {
            var interval: Int
            var models: Int
            var daemon: RunningDaemon

            var name: String { "\(models) models every \(interval) s" }
        }

        private static let isFull = ProcessInfo.processInfo.environment["LLM_HEALTH_TEST_NETWORK"] == "full"
        /// Probing each so many seconds, and how many models; all of them watch the same gateway.
        private static let settings = isFull ? [(5, 5), (5, 60), (15, 5), (15, 60)] : [(5, 60), (15, 5)]
        private static let bar = Duration.seconds(15)

        @Test
        func `is told of, and none of its models is unhealthy, neither then nor when it is back`() async throws {
            let folder = try TemporaryFolder()
            let count = Self.settings.map(\.1).max() ?? 5
            try folder.write(
                "models:\n"
                    + (0..<count).map { "  - {id: m\($0), face: openai, behavior: {latency: 50ms}}\n" }.joined(),
                to: "scenario.yaml")
            let port = try Ports.free()
            try await Self.gateway(port, in: folder) { gateway in
                try await Self.watching(Self.settings, port) { watchers in
                    try await Self.areWell(watchers, within: .seconds(60))
                    try await Self.isOut("frozen", watchers) {
                        gateway.send(SIGSTOP)
                    } back: {
                        gateway.send(SIGCONT)
                        try await Self.areWell(watchers, within: .seconds(60))
                    }
                    try await Self.isOut("killed", watchers) {
                        gateway.send(SIGKILL)
                    } back: {
                        try await Self.gateway(port, in: folder) { _ in
                            try await Self.areWell(watchers, within: .seconds(60))
                        }
                    }
                }
            }
        }

        private static func gateway(
            _ port: Int, in folder: TemporaryFolder, _ body: (ChildProcess) async throws -> Void
        ) async throws {
            try await ChildProcess.with(
                Programs.simulator,
                [
                    "--scenario", folder["scenario.yaml"], "--json", "--portkey-port", "\(port)", "--openai-port", "0",
                    "--anthropic-port", "0", "--ollama-port", "0", "--lmstudio-port", "0", "--control-port", "0",
                ], in: folder
            ) { child in
                try await eventually("a gateway", within: .seconds(20), seen: { child.errors.text }) {
                    child.output.text.contains("portkey") ? true : nil
                }
                try await body(child)
            }
        }

        private static func watching(
            _ settings: [(Int, Int)], _ port: Int, _ started: [Watcher] = [],
            _ body: ([Watcher]) async throws -> Void
        ) async throws {
            guard let (interval, models) = settings.first else { return try await body(started) }
            let yaml = """
                server: {port: 0}
                logging: {format: json}
                history: {sqlite: {path: ./health.db}}
                gateways:
                  portkey: {kind: portkey, url: "http://127.0.0.1:\(port)"}
                providers:
                  openai: {via: portkey, key: none, limit: {requests: 1000000, per: minute}}
                defaults: {interval: \(interval)s, timeout: 10s}
                models:
                \((0..<models).map { "  - {id: m\($0), provider: openai}\n" }.joined())
                """
            let own = try TemporaryFolder()
            try await RunningDaemon.with(yaml, in: own) { daemon in
                let watcher = Watcher(interval: interval, models: models, daemon: daemon)
                try await watching(Array(settings.dropFirst()), port, started + [watcher], body)
            }
        }

        private static func areWell(_ watchers: [Watcher], within limit: Duration) async throws {
            for watcher in watchers {
                var last: HealthSummary?
                try await eventually(
                    "\(watcher.name): a healthy fleet", within: limit, every: .milliseconds(200),
                    seen: {
                        last.map { "\($0.counts), \($0.worst.first?.reason ?? ""), \($0.components)" } ?? "nothing"
                    }
                ) {
                    last = try await watcher.daemon.api.summary()
                    return last?.counts.healthy == watcher.models ? true : nil
                }
            }
        }

        /// Lets it be out for 45 s.
        private static func isOut(
            _ what: String, _ watchers: [Watcher], _ begin: () -> Void, back: () async throws -> Void
        ) async throws {
            let before = watchers.map(\.daemon.loggedChanges.count)
            begin()
            let clock = ContinuousClock()
            let begun = clock.now
            var knownAfter: [Duration?] = watchers.map { _ in nil }
            while clock.now - begun < .seconds(45) {
                for (index, watcher) in watchers.enumerated() where knownAfter[index] == nil {
                    let parts = try await watcher.daemon.api.summary().components
                    if parts.contains(where: { $0.kind == .gateway && $0.status == .unhealthy }) {
                        knownAfter[index] = clock.now - begun
                    }
                }
                try await clock.sleep(for: .milliseconds(200))
            }
            var unseen: [HealthSummary.Counts] = []
            for watcher in watchers { unseen.append(try await watcher.daemon.api.summary().counts) }
            try await back()
            var figures: [String] = []
            for (index, watcher) in watchers.enumerated() {
                let known = knownAfter[index]
                #expect(
                    known.map { $0 <= bar } == true,
                    "\(what), \(watcher.name): the gateway is told of after \(known?.rounded ?? "all")")
                #expect(unseen[index].unknown == watcher.models, "\(what), \(watcher.name): \(unseen[index])")
                let changes = watcher.daemon.loggedChanges.dropFirst(before[index])
                let wronged = Set(changes.filter { $0.to == "unhealthy" }.map(\.model)).sorted()
                #expect(wronged.isEmpty, "\(what), \(watcher.name): \(wronged.count) models were unhealthy")
                let paths = Dictionary(grouping: changes, by: \.model).mapValues { $0.map(\.to) }
                let odd = paths.filter { $0.value != ["unknown", "healthy"] }.sorted { $0.key < $1.key }
                #expect(odd.isEmpty, "\(what), \(watcher.name): \(odd.prefix(3))")
                figures.append("\(watcher.name): \(wronged.count), \(known?.rounded ?? "never")")
            }
            print(
                "FIGURE\tA gateway \(what): unhealthy models, told after\t0 unhealthy, ≤ 15 s\t\(figures.joined(separator: "; "))"
            )
        }
    }
}
