import AsyncHTTPClient
import Foundation
import Health
import Logging
import NIOCore
import NIOHTTP1
import Simulator
import TestSupport
import Testing

@testable import Observation

/// Unload times on the simulator's clock, with the watcher and the prober at work and without them.
@Suite(.timeLimit(.minutes(5)))
struct LocalUnloadTests {
    struct Play: Sendable, CustomTestStringConvertible {
        var name: String
        var face: Face = .ollama
        var keepAlive = Duration.seconds(120)
        /// Seconds at which a user asks, and the path that is asked.
        var users: [(at: Int, path: String, keepAlive: String?)]
        /// Seconds after which the model is no longer in memory.
        var unloaded: Int
        var isProbed = true
        var testDescription: String { name }
    }

    private static let plays = [
        Play(name: "idle after one request", users: [(15, "/v1/chat/completions", nil)], unloaded: 135),
        Play(
            name: "loaded before us, and so only watched", users: [(5, "/v1/chat/completions", nil)], unloaded: 125,
            isProbed: false),
        Play(
            name: "used now and then", users: [(5, "/v1/chat/completions", nil), (71, "/api/chat", nil)], unloaded: 191),
        Play(
            name: "a user who names a longer time",
            users: [(5, "/v1/chat/completions", nil), (50, "/api/chat", "3m")], unloaded: 230),
        Play(
            name: "used again after probes have named less",
            users: [(5, "/api/chat", nil), (83, "/v1/chat/completions", nil), (164, "/v1/chat/completions", nil)],
            unloaded: 284),
        Play(
            name: "so short that it is only watched", keepAlive: .seconds(30),
            users: [(5, "/v1/chat/completions", nil)], unloaded: 35, isProbed: false),
        Play(
            name: "LM Studio", face: .lmStudio,
            users: [(5, "/v1/chat/completions", nil), (60, "/v1/chat/completions", nil)],
            unloaded: 180, isProbed: false),
    ]

    @Test(arguments: plays)
    func `are the same, whoever watches`(_ play: Play) async throws {
        let without = try await run(play, isWatched: false)
        let with = try await run(play, isWatched: true)
        #expect(without.unloaded == play.unloaded)
        #expect(abs(with.unloaded - play.unloaded) <= 1, "probed \(with.probes) times")
        #expect((with.probes > 0) == play.isProbed)
        #expect(with.loads == without.loads)
    }

    private func run(_ play: Play, isWatched: Bool) async throws -> (unloaded: Int, probes: Int, loads: Int) {
        let time = ManualTime()
        let configuration = SimulatorConfiguration(models: [
            SimulatedModel("m", on: play.face, keepAlive: play.keepAlive)
        ])
        let clock = SimulatorClock(time, wall: { time.timekeeper.now.wall })
        return try await withSimulator(configuration, clock: clock) { simulator in
            let url = play.face == .ollama ? simulator.ollama.url : simulator.lmStudio.url
            let runtime: LocalRuntime = play.face == .ollama ? .ollama : .lmStudio
            return try await withLocalClient { client in
                let watcher = LocalModelWatcher(
                    [try LocalEndpoint(runtime, url: url)], settings: .patient, client: client, intake: Intake(),
                    timekeeper: time.timekeeper,
                    logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
                )
                let model = probedModel(
                    "m", at: url, dialect: play.face == .ollama ? .ollama : .openAI, interval: .seconds(15),
                    timeout: .seconds(5), key: nil, localRuntime: runtime)
                return try await withProber(
                    timekeeper: time.timekeeper, isProbeable: { await watcher.isProbeable($0) },
                    stay: { watcher.stay(for: $0, of: $1) }
                ) { stage in
                    stage.prober.register([model])
                    var wasLoaded = false
                    for second in 1...400 {
                        time.advance(by: .seconds(1))
                        for user in play.users where user.at == second {
                            try await Self.ask(url + user.path, keepAlive: user.keepAlive, client)
                        }
                        let isLoaded = simulator.models(on: play.face)[0].isLoaded
                        if wasLoaded, !isLoaded {
                            let probes = simulator.requests().count { $0.kind == .inference } - play.users.count
                            return (second, probes, simulator.models(on: play.face)[0].loads)
                        }
                        wasLoaded = isLoaded
                        guard isWatched else { continue }
                        if second % 10 == 0 { _ = try await watcher.check(runtime) }
                        if second % 15 == 7 { _ = try await stage.prober.probe("m", config: model.probe) }
                    }
                    return (Int.max, 0, 0)
                }
            }
        }
    }

    private static func ask(_ url: String, keepAlive: String?, _ client: HTTPClient) async throws {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        let extra = keepAlive.map { #","keep_alive":"\#($0)""# } ?? ""
        request.body = .bytes(
            ByteBuffer(string: #"{"model":"m","stream":false,"messages":[{"role":"user","content":"hi"}]\#(extra)}"#))
        let response = try await client.execute(request, timeout: .seconds(30))
        #expect(response.status == .ok)
        _ = try await response.body.collect(upTo: 1 << 20)
    }
}
