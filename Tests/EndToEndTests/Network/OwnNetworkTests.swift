#if os(Linux)
import Foundation
import Health
import Testing

extension EndToEnd {
    /// Our own network is lost in every way: it is said once, of ourselves, and of no model.
    @Suite(
        "Own network", .timeLimit(.minutes(45)),
        .enabled(if: NetworkLab.obstacle == nil, "skipped: \(NetworkLab.obstacle ?? "")"))
    struct OwnNetworkTests {
        /// `scripts/verify` tries every way at every pace, `scripts/test` the two most different ones at one.
        private static let isFull = ProcessInfo.processInfo.environment["LLM_HEALTH_TEST_NETWORK"] == "full"
        private static let losses: [NetworkLab.Loss] = isFull ? NetworkLab.Loss.allCases : [.drop, .linkDown]
        private static let intervals = isFull ? [1, 5, 15] : [5]
        /// Models of each host.
        private static let models = 2

        /// How a daemon is set up.
        private struct Setting: Sendable {
            var interval: Int
            var hasCheck: Bool
            /// Whether it knows its hosts by name, or by IPv4 address: then nothing is asked before connecting.
            var isNamed: Bool

            static let all: [Setting] = intervals.flatMap { interval in
                [true, false].flatMap { hasCheck in
                    [true, false].map { Setting(interval: interval, hasCheck: hasCheck, isNamed: $0) }
                }
            }

            /// Whether a loss leaves it without any way to its hosts.
            func isCut(by loss: NetworkLab.Loss) -> Bool {
                switch loss {
                // Looks that follow each other at once have a connection, and need no name.
                case .noNames, .lostNames: isNamed && interval > 1
                case .noIPv4: !isNamed
                case .noIPv6: false
                default: true
                }
            }
        }

        /// A daemon of the lab, and how it is set up.
        private struct Watcher: Sendable {
            var setting: Setting
            var daemon: RunningDaemon
            var lab: NetworkLab

            var name: String {
                "every \(setting.interval) s by \(setting.isNamed ? "name" : "address"), "
                    + "\(setting.hasCheck ? "with" : "without") check"
            }

            func summary() async throws -> HealthSummary {
                guard let summary = try await Self.summaries(of: [self], lab)[0] else { throw NoAnswer(name: name) }
                return summary
            }

            /// What each says, `nil` where one does not answer; asked where they run: from here nothing leads there.
            static func summaries(of watchers: [Watcher], _ lab: NetworkLab) async throws -> [HealthSummary?] {
                let urls = watchers.map { $0.daemon.api.url + HealthClient.base + "health/summary" }
                let command = lab.launcher + ["curl", "-s", "--max-time", "10", "--write-out", "\\n"] + urls
                let answer = try await ChildProcess.run(command[0], Array(command.dropFirst()), in: lab.folder)
                let lines = answer.output.split(separator: "\n", omittingEmptySubsequences: false)
                return watchers.indices.map { index in
                    guard index < lines.count else { return nil }
                    return try? HealthJSON.decoder().decode(HealthSummary.self, from: Data(lines[index].utf8))
                }
            }

            struct NoAnswer: Error {
                var name: String
            }
        }

        @Test
        func `is never taken for dead models, and is told once`() async throws {
            let folder = try TemporaryFolder()
            let scenario =
                "models:\n"
                + Self.ids.map { "  - {id: \($0.model), face: openai, behavior: {latency: 30ms}}\n" }.joined()
            try await NetworkLab.with(scenario, in: folder) { lab in
                try await Self.watching(Setting.all, lab) { watchers in
                    for watcher in watchers { try await Self.isWell(watcher, "before anything is lost") }
                    for loss in Self.losses { try await Self.lose(loss, lab, watchers) }
                }
            }
        }

        private static let ids: [(host: String, model: String)] = NetworkLab.hosts.enumerated().flatMap { index, host in
            (0..<models).map { (host, "model-\(index)-\($0)") }
        }

        private static func yaml(_ setting: Setting, in folder: TemporaryFolder) -> String {
            func url(_ index: Int, _ name: String) -> String { setting.isNamed ? name : NetworkLab.address(index) }
            let providers = NetworkLab.hosts.enumerated().map {
                "  lab\($0): {kind: openai, url: \"http://\(url($0, $1)):\(NetworkLab.port)\", key: none, limit: {requests: 1000000, per: minute}}\n"
            }
            let models = ids.map { host, model in
                "  - {id: \(model), provider: lab\(NetworkLab.hosts.firstIndex(of: host) ?? 0)}\n"
            }
            let landmark = "\(url(NetworkLab.hosts.count, NetworkLab.landmark)):\(NetworkLab.port)"
            let check = setting.hasCheck ? "network: {connectivityCheck: \"\(landmark)\"}\n" : ""
            return """
                server: {port: 0}
                logging: {format: json}
                history: {sqlite: {path: \(folder["health.db"])}}
                \(check)providers:
                \(providers.joined())defaults: {interval: \(setting.interval)s, timeout: 10s}
                models:
                \(models.joined())
                """
        }

        /// Starts one daemon after the other, all of them running when `body` is called.
        private static func watching(
            _ settings: [Setting], _ lab: NetworkLab, _ started: [Watcher] = [],
            _ body: ([Watcher]) async throws -> Void
        ) async throws {
            guard let next = settings.first else { return try await body(started) }
            let own = try TemporaryFolder()
            try own.write(yaml(next, in: own), to: "config.yaml")
            try await RunningDaemon.with(
                arguments: ["--config", own["config.yaml"]], through: lab.launcher, in: own
            ) { daemon in
                let watcher = Watcher(setting: next, daemon: daemon, lab: lab)
                try await watching(Array(settings.dropFirst()), lab, started + [watcher], body)
            }
        }

        private static func isWell(_ watcher: Watcher, _ when: String) async throws {
            var last: HealthSummary?
            try await eventually(
                "\(watcher.name): a healthy fleet \(when)", within: .seconds(60 + 3 * watcher.setting.interval),
                every: .seconds(1),
                seen: { last.map { "\($0.counts), \($0.worst.map(\.reason)), \($0.components)" } ?? "nothing" }
            ) {
                last = try await watcher.summary()
                return last?.counts.healthy == ids.count ? true : nil
            }
        }

        private static func lose(_ loss: NetworkLab.Loss, _ lab: NetworkLab, _ watchers: [Watcher]) async throws {
            let before = watchers.map(\.daemon.loggedChanges.count)
            try await lab.lose(loss)
            let clock = ContinuousClock()
            let lostAt = clock.now
            // What each says of our own network, one word for each turn.
            var told = watchers.map { _ in [HealthStatus]() }
            var toldAfter: [Duration?] = watchers.map { _ in nil }
            func listen() async throws {
                for (index, summary) in try await Watcher.summaries(of: watchers, lab).enumerated() {
                    guard let summary else { continue }
                    let status = summary.components.first { $0.kind == .network }?.status ?? .healthy
                    if told[index].last ?? .healthy != status { told[index].append(status) }
                    if status == .unhealthy, toldAfter[index] == nil { toldAfter[index] = clock.now - lostAt }
                }
            }
            let longest = Self.intervals.max() ?? 15
            while clock.now - lostAt < .seconds(max(40, 4 * longest)) {
                try await listen()
                try await clock.sleep(for: .seconds(1))
            }
            try await lab.restore(after: loss)
            for watcher in watchers {
                try await isWell(watcher, "after \(loss)")
                try await listen()
            }
            var figures: [String] = []
            for (index, watcher) in watchers.enumerated() {
                let changes = watcher.daemon.loggedChanges.dropFirst(before[index])
                let wronged = Set(changes.filter { $0.to == "unhealthy" }.map(\.model)).sorted()
                #expect(wronged.isEmpty, "\(loss), \(watcher.name): \(wronged.count) models were unhealthy")
                if watcher.setting.isCut(by: loss) {
                    #expect(told[index] == [.unhealthy, .healthy], "\(loss), \(watcher.name): told \(told[index])")
                    // An answer that took long on a busy machine is what it says.
                    let changes = changes.filter { !$0.reason.hasPrefix("The last answer took") }
                    let paths = Dictionary(grouping: changes, by: \.model).mapValues { $0.map(\.to) }
                    let odd = paths.filter { !Set($0.value).isSubset(of: ["unknown", "healthy"]) }
                        .sorted { $0.key < $1.key }
                    #expect(
                        odd.isEmpty,
                        "\(loss), \(watcher.name): \(odd.prefix(3)), \(changes.filter { $0.to == "degraded" }.map(\.reason))"
                    )
                }
                figures.append("\(watcher.name): \(wronged.count), \(toldAfter[index]?.rounded ?? "never")")
            }
            print(
                "FIGURE\tOur own network lost (\(loss)): unhealthy models, told after\t0 unhealthy, told once\t\(figures.joined(separator: "; "))"
            )
        }
    }
}
#endif
