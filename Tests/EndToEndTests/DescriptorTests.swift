import Foundation
import Health
import NIOCore
import NIOPosix
import Simulator
import TestSupport
import Testing

extension EndToEnd {
    /// More connections than the process may have files open.
    @Suite("File descriptors", .timeLimit(.minutes(10))) struct DescriptorTests {
        private static func yaml(_ simulator: LLMSimulator, models: Int) -> String {
            let models = (0..<models).map { "  - {id: m\($0), provider: simulated}\n" }.joined()
            return """
                server: {port: 0}
                history: {sqlite: {path: ./health.db}}
                providers:
                  simulated: {kind: openai, url: "\(simulator.openAI.url)", key: none}
                local: {ollama: {enabled: false}, lmStudio: {enabled: false}}
                defaults: {interval: 1s, timeout: 5s}
                models:
                \(models)
                """
        }

        /// Sets the limit for the daemon alone, so that it cannot be raised again.
        private static func launcher(limit: Int) -> [String] {
            ["/bin/sh", "-c", "ulimit -Sn \(limit) && ulimit -Hn \(limit) && exec \"$@\"", "sh"]
        }

        @Test(arguments: [64, 256, 1_024])
        func `idle connections beyond the limit end nothing, make no model unhealthy, and leave room for requests`(
            limit: Int
        ) async throws {
            let models = 4
            let fleet = SimulatorConfiguration(models: (0..<models).map { SimulatedModel("m\($0)") })
            try await withSimulator(fleet) { simulator in
                let folder = try TemporaryFolder()
                try folder.write(Self.yaml(simulator, models: models), to: "config.yaml")
                try await RunningDaemon.with(
                    arguments: ["--config", folder["config.yaml"]], through: Self.launcher(limit: limit), in: folder
                ) { daemon in
                    try await eventually("a healthy fleet", within: .seconds(20), seen: { daemon.child.errors.text }) {
                        try await daemon.api.summary().counts.healthy == models ? true : nil
                    }
                    let maximum = try await eventually("the limit in the metrics", within: .seconds(10)) {
                        try await daemon.api.metric("process_max_fds")
                    }
                    #expect(Int(maximum) == limit)
                    let port = try #require(Int(daemon.api.url.split(separator: ":").last ?? ""))
                    let crowd = try await IdleCrowd(limit + limit / 4 + 20, port: port)
                    // Long enough for every model to be probed often, and for an outage to be called.
                    let first = simulator.requests().last?.number ?? 0
                    var worst = 0
                    try await eventually("probes as ever", within: .seconds(40), seen: { daemon.child.errors.text }) {
                        worst = max(worst, try await daemon.api.summary().counts.unhealthy)
                        let answer = try await daemon.api.get("/livez")
                        #expect(answer.status == 200)
                        return (0..<models).allSatisfy {
                            simulator.requests(since: first, model: "m\($0)").count >= 12
                        } ? true : nil
                    }
                    #expect(worst == 0)
                    #expect(daemon.child.exit == nil)
                    await crowd.leave()
                    #expect(try await daemon.api.get("/livez").status == 200)
                    #expect(try await daemon.api.summary().counts.healthy == models)
                    let changes = try Database(folder["health.db"]).changes()
                    #expect(!changes.contains { $0.to == "unhealthy" })
                }
            }
        }

        @Test(arguments: [40, 64])
        func `200 hanging models at a low limit end nothing`(limit: Int) async throws {
            let count = 200
            try await withHostilePeer({ _, _ in HostileAnswer(.hang, seed: 0) }) { peer in
                let folder = try TemporaryFolder()
                let models = (0..<count).map { "  - {id: m\($0), provider: hanging}\n" }.joined()
                try folder.write(
                    """
                    server: {port: 0}
                    history: {sqlite: {path: ./health.db}}
                    providers:
                      hanging: {kind: openai, url: "http://127.0.0.1:\(peer.port)", key: none}
                    local: {ollama: {enabled: false}, lmStudio: {enabled: false}}
                    defaults: {interval: 5s, timeout: 2s}
                    models:
                    \(models)
                    """, to: "config.yaml")
                try await RunningDaemon.with(
                    arguments: ["--config", folder["config.yaml"]], through: Self.launcher(limit: limit), in: folder
                ) { daemon in
                    try await eventually("many probes", within: .seconds(90), seen: { daemon.child.errors.text }) {
                        let answer = try await daemon.api.get("/livez")
                        #expect(answer.status == 200)
                        return peer.answered >= 60 ? true : nil
                    }
                    #expect(daemon.child.exit == nil)
                    // No probe is judged by what this process lacked.
                    #expect(!daemon.child.errors.text.contains("system error 24"))
                    let models = try await daemon.api.models()
                    #expect(models.count == count)
                }
            }
        }
    }
}

/// Connections that say nothing.
private final class IdleCrowd: Sendable {
    private let channels: [any Channel]

    /// Opens so many; those that are closed by the other side are not opened again.
    init(_ count: Int, port: Int) async throws {
        var channels: [any Channel] = []
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.seconds(2))
        for _ in 0..<count {
            // A full queue of the listener is no failure of the test: the crowd waits outside.
            if let channel = try? await bootstrap.connect(host: "127.0.0.1", port: port).get() {
                channels.append(channel)
            }
        }
        self.channels = channels
    }

    func leave() async {
        for channel in channels { try? await channel.close().get() }
    }
}
