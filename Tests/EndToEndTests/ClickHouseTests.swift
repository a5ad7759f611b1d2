import Foundation
import Health
import History
import Simulator
import Testing

extension EndToEnd {
    /// A real ClickHouse engine that keeps the history, and is killed (`scripts/test` installs it).
    @Suite(
        "ClickHouse", .timeLimit(.minutes(5)),
        .enabled(
            if: RealClickHouse.isThere,
            "skipped: set LLM_HEALTH_TEST_PYTHON and LLM_HEALTH_TEST_CLICKHOUSE_SERVER, or use scripts/test"))
    struct ClickHouseTests {
        private static let models = 40

        private static func yaml(_ simulator: LLMSimulator, _ port: Int) -> String {
            let models = (0..<models).map { "  - {id: m\($0), provider: simulated}\n" }.joined()
            return """
                server: {port: 0}
                logging: {format: json}
                history:
                  sqlite: {path: ./health.db}
                  clickhouse: {url: "http://127.0.0.1:\(port)", database: it's "mine", instance: one, password: right}
                providers:
                  simulated: {kind: openai, url: "\(simulator.openAI.url)", key: none}
                defaults: {interval: 1s, timeout: 2s, streaming: never}
                policy: {firstRound: 200ms, outage: {firstLooks: 1, fastConfirmations: [50ms]}, flapping: {changes: 100}}
                models:
                \(models)
                """
        }

        @Test
        func `that is away costs no probe and no row, and none comes twice`() async throws {
            // Half of them fail, so that there are changes and close snapshots all the time.
            let fleet = (0..<Self.models).map {
                SimulatedModel(
                    "m\($0)",
                    behavior: $0 % 2 == 0 ? .failing(.refusal(.serverError), share: 0.5, seed: UInt64($0)) : Behavior())
            }
            try await withSimulator(SimulatorConfiguration(models: fleet)) { simulator in
                let folder = try TemporaryFolder()
                let port = try Ports.free()
                let (logged, killedAt) = try await RunningDaemon.with(Self.yaml(simulator, port), in: folder) {
                    daemon in
                    // It is not there yet: the daemon starts all the same.
                    try await eventually("rows on disk", within: .seconds(30)) {
                        try await daemon.api.metric("llm_health_storage_spilled_rows") ?? 0 > 0 ? true : nil
                    }
                    // The word of it travels as evidence and is published by the next tick.
                    try await eventually("the word of it", within: .seconds(5)) {
                        try await daemon.api.store()?.status == .unhealthy ? true : nil
                    }
                    try await RealClickHouse.serve(port, in: folder) { server in
                        try await hasAll(daemon, port)
                        try await eventually("the word of it", within: .seconds(5)) {
                            try await daemon.api.store()?.status == .healthy ? true : nil
                        }
                        server.send(SIGKILL)
                        _ = try await server.exit(within: .seconds(10))
                    }
                    let (before, clock) = (
                        try await daemon.api.metric("llm_health_checks_total") ?? 0, ContinuousClock()
                    )
                    let gone = clock.now
                    try await eventually("rows that wait for ten seconds", within: .seconds(40)) {
                        try await daemon.api.metric("llm_health_storage_lag_seconds") ?? 0 >= 10 ? true : nil
                    }
                    let away = (clock.now - gone) / .seconds(1)
                    let probes = (try await daemon.api.metric("llm_health_checks_total") ?? 0) - before
                    // A look a second at each, as ever.
                    #expect(probes / away >= Double(Self.models) * 0.8, "\(probes) in \(away) s")
                    #expect(try await daemon.api.store()?.reason.contains("ClickHouse cannot be reached") == true)
                    // A restart in the middle: what waits on disk waits on.
                    let killedAt = Date()
                    daemon.child.send(SIGKILL)
                    _ = try await daemon.child.exit(within: .seconds(5))
                    return (daemon.loggedChanges, killedAt)
                }
                try await RealClickHouse.serve(port, in: folder) { _ in
                    try await RunningDaemon.with(Self.yaml(simulator, port), in: folder) { daemon in
                        try await hasAll(daemon, port)
                        daemon.child.send(SIGTERM)
                        _ = try await daemon.child.exit(within: .seconds(10))
                    }
                    let rows = try await RealClickHouse.ask(
                        port, "SELECT count(), uniqExact(model_id, at) FROM llm_health_snapshots")
                    #expect(rows.count == 2 && rows[0] == rows[1] && rows[0] > 0, "\(rows)")
                    let sums = try await RealClickHouse.ask(
                        port,
                        "SELECT (SELECT sum(snapshots) FROM llm_health_minutes), sum(snapshots) FROM llm_health_days")
                    #expect(sums == rows)
                    let numbers = try await RealClickHouse.ask(
                        port, "SELECT count(), uniqExact(seq) FROM llm_health_changes")
                    #expect(numbers.count == 2 && numbers[0] == numbers[1] && numbers[0] > 0, "\(numbers)")
                    // All but the last second's, of which the kill may have cost some.
                    let kept = Set(try await RealClickHouse.ask(port, "SELECT DISTINCT seq FROM llm_health_changes"))
                    let lost = logged.filter { killedAt.timeIntervalSince($0.at) > 1 && !kept.contains(Int($0.seq)) }
                    #expect(!logged.isEmpty && lost.isEmpty, "\(lost)")
                    print("ClickHouse: \(rows[0]) snapshots and \(numbers[0]) changes, none twice")
                }
            }
        }

        @Test
        func `is spoken to over TLS, with an authority of its own, by user and password`() async throws {
            let references = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "References").path
            let folder = try TemporaryFolder()
            let port = try Ports.free()
            let certificate = references + "/server.cert.pem"
            let arguments = [
                "--user", "writer", "--certificate", certificate, "--key", references + "/server.key.pem",
            ]
            try await RealClickHouse.serve(port, arguments, in: folder) { _ in
                let now = Date()
                let change = HealthChangeEvent(
                    seq: 3, modelId: "m", provider: "p", previousStatus: .healthy, currentStatus: .unhealthy,
                    timestamp: now, reasons: [HealthReason(.outage, "gone")])
                var configuration = ClickHouseConfiguration(
                    url: "https://127.0.0.1:\(port)", user: "writer", password: Secret("right"),
                    certificateAuthority: certificate, timeout: .seconds(30))
                let store = try ClickHouseHistory(configuration)
                try await store.append([], [change])
                #expect(try await store.lastSeq() == 3)
                // Nobody vouches for it: nothing is sent.
                configuration.certificateAuthority = nil
                let strict = try ClickHouseHistory(configuration)
                let error = await #expect(throws: HealthStorageError.self) { try await strict.lastSeq() }
                #expect(error.map(strict.isAway) == true)
                #expect(
                    error?.description.contains("certificate") == true || error?.description.contains("CERT") == true)
            }
        }

        /// Waits until nothing waits.
        private func hasAll(_ daemon: RunningDaemon, _ port: Int) async throws {
            try await eventually("all rows", within: .seconds(90)) { () async throws -> Bool? in
                guard try await daemon.api.metric("llm_health_storage_spilled_rows") == 0 else { return nil }
                let rows = try await RealClickHouse.ask(port, "SELECT count(), 0 FROM llm_health_snapshots")
                return rows.first ?? 0 > 0 ? true : nil
            }
        }
    }
}

/// The real engine behind an HTTP interface, where it is installed.
enum RealClickHouse {
    private static let environment = ProcessInfo.processInfo.environment
    private static let python = environment["LLM_HEALTH_TEST_PYTHON"] ?? ""
    private static let script = environment["LLM_HEALTH_TEST_CLICKHOUSE_SERVER"] ?? ""
    static var isThere: Bool { !python.isEmpty && !script.isEmpty }

    static func serve<Result>(
        _ port: Int, _ arguments: [String] = [], in folder: TemporaryFolder,
        _ body: (ChildProcess) async throws -> Result
    ) async throws -> Result {
        try await ChildProcess.with(
            python, [script, folder.path + "/clickhouse", "\(port)", "--password", "right"] + arguments, in: folder
        ) { server in
            try await eventually("ClickHouse", within: .seconds(30), seen: { server.errors.text }) {
                server.output.text.contains("listening") ? true : nil
            }
            return try await body(server)
        }
    }

    /// The numbers in the answer.
    static func ask(_ port: Int, _ statement: String) async throws -> [Int] {
        let client = HealthClient(url: "http://127.0.0.1:\(port)")
        let database = "it%27s%20%22mine%22"
        let answer = try await client.post("/?database=\(database)&user=default&password=right", statement)
        return answer.body.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    }
}

extension HealthClient {
    /// A number of the daemon's own metrics, summed over its labels.
    func metric(_ name: String) async throws -> Double? {
        let lines = try await get("/metrics").body.split(separator: "\n")
            .filter { $0.hasPrefix(name + " ") || $0.hasPrefix(name + "{") }
        guard !lines.isEmpty else { return nil }
        return lines.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
    }

    /// What the daemon says of its history.
    func store() async throws -> ComponentStatus? {
        try await summary().components.first { $0.kind == .store }
    }
}
