import Foundation
import Health
import Simulator
import Testing

extension EndToEnd {
    /// A disk of its own that is full: a file system in memory, in a namespace that only the daemon sees.
    @Suite(
        "A full disk", .timeLimit(.minutes(5)),
        .enabled(if: SmallDisk.isPossible, "skipped: namespaces and file systems in memory are not allowed here"))
    struct DiskFullTests {
        private static let models = 20

        private static func yaml(_ simulator: LLMSimulator, _ disk: String) -> String {
            let models = (0..<models).map { "  - {id: m\($0), provider: simulated}\n" }.joined()
            return """
                server: {port: 0}
                logging: {format: json}
                history: {sqlite: {path: \(disk)/health.db}}
                providers:
                  simulated: {kind: openai, url: "\(simulator.openAI.url)", key: none}
                defaults: {interval: 1s, timeout: 2s, streaming: never}
                policy: {firstRound: 200ms, outage: {firstLooks: 1, fastConfirmations: [50ms]}, flapping: {changes: 100}}
                models:
                \(models)
                """
        }

        @Test
        func `stops neither the daemon nor its probes, is told, and costs no change once there is room again`()
            async throws
        {
            let fleet = (0..<Self.models).map {
                SimulatedModel("m\($0)", behavior: .failing(.refusal(.serverError), share: 0.5, seed: UInt64($0)))
            }
            try await withSimulator(SimulatorConfiguration(models: fleet)) { simulator in
                let folder = try TemporaryFolder()
                let disk = SmallDisk(folder)
                try folder.write(Self.yaml(simulator, disk.path), to: "config.yaml")
                try await RunningDaemon.with(
                    arguments: ["--config", folder["config.yaml"]], through: disk.launcher, in: folder
                ) { daemon in
                    // Neither the history nor the folder where rows wait can take any more.
                    try await eventually("the word of it", within: .seconds(60), seen: { daemon.child.errors.text }) {
                        let store = try await daemon.api.store()
                        return store?.status == .unhealthy && store?.reason.contains("No space left") == true
                            ? true : nil
                    }
                    let before = try await daemon.api.checks()
                    try await eventually("probes as ever", within: .seconds(20)) {
                        try await daemon.api.checks() >= before + Double(Self.models) * 5 ? true : nil
                    }
                    #expect(daemon.child.exit == nil)
                    try disk.makeRoom()
                    try await eventually("the end of it", within: .seconds(40), seen: { daemon.child.errors.text }) {
                        let store = try await daemon.api.store()
                        return store?.status == .healthy ? true : nil
                    }
                    // What was logged until now is in the file within a batch and the longest pause between two tries.
                    let changes = daemon.loggedChanges
                    try await eventually("every change in the history", within: .seconds(60)) {
                        let history = try disk.copy(of: "health.db", seenBy: daemon.child, to: folder)
                        let stored = Set(try history.changes().map(\.seq))
                        return changes.allSatisfy { stored.contains($0.seq) } ? true : nil
                    }
                    #expect(changes.count > Self.models)
                }
            }
        }
    }
}

/// One megabyte, most of which is taken until ``makeRoom()``.
private struct SmallDisk {
    let path: String
    private let signal: String

    init(_ folder: TemporaryFolder) {
        path = folder["disk"]
        signal = folder["go"]
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    /// Whether this machine lets us have one.
    static let isPossible: Bool = {
        #if os(Linux)
        FileManager.default.isExecutableFile(atPath: "/usr/bin/unshare")
            && system("/usr/bin/unshare -rm /bin/sh -c 'mount -t tmpfs -o size=1m tmpfs /mnt' 2>/dev/null") == 0
        #else
        false
        #endif
    }()

    var launcher: [String] {
        let script = """
            mount -t tmpfs -o size=2m tmpfs "$0" && head -c 1500000 /dev/zero > "$0/filler" || exit 9
            (n=0; while [ ! -e "$1" ] && [ $n -lt 1800 ]; do sleep 0.1; n=$((n+1)); done; rm "$0/filler") >/dev/null 2>&1 &
            shift
            exec "$@"
            """
        return ["/usr/bin/unshare", "-rm", "/bin/sh", "-c", script, path, signal]
    }

    /// What a process sees there; SQLite itself would follow the link back to our own files.
    func copy(of name: String, seenBy child: ChildProcess, to folder: TemporaryFolder) throws -> Database {
        for suffix in ["-wal", ""] {
            let copy = folder["copy.db\(suffix)"]
            try? FileManager.default.removeItem(atPath: copy)
            try FileManager.default.copyItem(atPath: "/proc/\(child.id)/root\(path)/\(name)\(suffix)", toPath: copy)
        }
        try? FileManager.default.removeItem(atPath: folder["copy.db-shm"])
        return try Database(folder["copy.db"])
    }

    func makeRoom() throws { try Data().write(to: URL(fileURLWithPath: signal)) }
}

extension HealthClient {
    fileprivate func checks() async throws -> Double { try await metric("llm_health_checks_total") ?? 0 }
}
