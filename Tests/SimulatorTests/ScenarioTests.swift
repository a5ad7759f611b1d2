import Foundation
import Testing

@testable import Simulator

@Suite(.timeLimit(.minutes(5)))
struct ScenarioTests {
    static let text = """
        ports: {openai: 0, control: 0}
        lmStudio: {generation: 0.3.6, loadsOnDemand: false}
        sites: {eu: ok}
        models:
          - {id: a, face: openai, behavior: {latency: {uniform: [10ms, 20ms]}}}
          - {id: r, face: openai, reasoning: true}
          - {id: l, face: ollama, loaded: true, loadTime: 3s}
        timeline:
          - {at: 20s, model: a, behavior: {fault: hang, for: 10s}}
          - {at: 20s, site: eu, behavior: http-503}
          - {at: 25s, face: portkey, listening: false}
          - {at: 26s, face: portkey, listening: true}
          - {at: 30s, model: l, loaded: false}
          - {at: 31s, face: openai, behavior: http-500}
          - {at: 32s, add: {id: n, face: anthropic}}
          - {at: 33s, model: n, behavior: close}
          - {at: 34s, remove: r}
        repeat: 60s
        """

    @Test func `a scenario file is read`() throws {
        let configuration = try ScenarioFile.parse(Self.text, file: "s.yaml")
        #expect(configuration.models.map(\.id) == ["a", "r", "l"])
        #expect(configuration.models[0].behavior.latency == .uniform(.milliseconds(10), .milliseconds(20)))
        #expect(configuration.models[1].rules == .reasoning)
        #expect(configuration.models[2].isLoaded)
        #expect(configuration.lmStudio == LMStudioSettings(generation: .beta, loadsOnDemand: false))
        #expect(configuration.timeline.period == .seconds(60))
        #expect(configuration.timeline.events.count == 9)
        #expect(
            configuration.timeline.events[0].change == .behavior(.hang.lasting(.seconds(10)), model: "a", face: .openAI)
        )
        #expect(configuration.timeline.events[5].change == .faceBehavior(.failing(.serverError), face: .openAI))
        #expect(configuration.timeline.events[8].change == .removed(model: "r", face: .openAI))
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        var text: String
        /// Line and column; nil where there is none to tell.
        var place: String?
        var message: String
        var testDescription: String { message }
    }

    @Test(arguments: [
        Mistake(text: "", place: nil, message: "is empty"),
        Mistake(text: "models:\n\t- a", place: "2:1", message: "is no YAML"),
        Mistake(text: "modles: []", place: "1:1", message: "did you mean 'models'?"),
        Mistake(text: "models:\n  - {id: a, face: opnai}", place: "2:13", message: "did you mean 'openai'?"),
        Mistake(text: "models:\n  - {id: a}", place: "2:5", message: "models[0]: 'face' is missing"),
        Mistake(text: "models:\n  - {id: a, face: portkey}", place: "2:13", message: "no models of its own"),
        Mistake(
            text: "models:\n  - id: a\n    face: openai\n    behavior: {fault: hangs}", place: "4:16",
            message: "models[0].behavior.fault: unknown fault 'hangs'; did you mean 'hang'?"),
        Mistake(
            text: "models:\n  - {id: a, face: ollama}\n  - {id: \"a:latest\", face: ollama}", place: "3:5",
            message: "twice"),
        Mistake(
            text: "models:\n  - {id: a, face: openai, behavior: {share: 1.5}}", place: "2:38", message: "within 0…1"),
        Mistake(
            text: "models:\n  - {id: a, face: openai, behavior: {for: 5}}", place: "2:38", message: "'5' is no duration"
        ),
        Mistake(
            text: "models:\n  - {id: a, face: openai, behavior: {latency: {uniform: [2s, 1s]}}}", place: "2:48",
            message: "the smaller one first"),
        Mistake(text: "ports: {openai: 70000}", place: "1:9", message: "70000 is no port"),
        Mistake(text: "ports: {opnai: 1}", place: "1:9", message: "unknown face 'opnai'"),
        Mistake(
            text: "timeline:\n  - {at: 5s, model: b, behavior: hang}", place: "2:14", message: "there is no model 'b'"),
        Mistake(
            text: "timeline:\n  - {at: 5s, site: b, behavior: hang}", place: "2:14", message: "there is no site 'b'"),
        Mistake(text: "timeline:\n  - {at: 5s, face: openai}", place: "2:5", message: "exactly one of"),
        Mistake(text: "timeline:\n  - {at: 5s, listening: true}", place: "2:5", message: "'face' is missing"),
        Mistake(
            text:
                "models: [{id: a, face: openai}, {id: a, face: lmstudio}]\ntimeline:\n  - {at: 5s, model: a, loaded: true}",
            place: "3:14", message: "several faces"),
        Mistake(
            text: "models: [{id: a, face: openai}]\ntimeline:\n  - {at: 50s, model: a, behavior: hang}\nrepeat: 40s",
            place: "4:1", message: "never comes"),
    ])
    func `a mistake is told with its place`(_ mistake: Mistake) {
        let error = #expect(throws: ScenarioError.self) { try ScenarioFile.parse(mistake.text, file: "s.yaml") }
        let prefix = ["s.yaml", mistake.place].compactMap(\.self).joined(separator: ":") + ": "
        #expect(error?.description.hasPrefix(prefix) == true)
        #expect(error?.description.contains(mistake.message) == true)
        #expect(error?.description.contains("\n") == false)
    }

    @Test func `a file that is not there is told`() {
        #expect(throws: ScenarioError.self) { try ScenarioFile.load("/nowhere/s.yaml") }
    }

    @Test func `the demonstration is sound, and its models are well at first and at the end`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "scenarios/demo.yaml")
        let configuration = try ScenarioFile.load(file.path)
        let period = try #require(configuration.timeline.period)
        #expect(Set(configuration.models.map(\.face)) == [.openAI, .anthropic, .ollama, .lmStudio])
        for event in configuration.timeline.events {
            #expect(event.at >= .seconds(15))
            guard case .behavior(let behavior, _, _) = event.change else { continue }
            let lifetime = try #require(behavior.lifetime)
            #expect((25...40).contains(Int(lifetime.seconds)))
            #expect(event.at + lifetime < period - .seconds(10))
        }
    }

    @Test func `the timeline is played at its times, and again`() async throws {
        let clock = ManualClock()
        let configuration = try ScenarioFile.parse(Self.text, file: "s.yaml")
        try await withPeer(configuration, clock: SimulatorClock(clock)) { simulator, client async throws in
            func fault(_ model: String, _ face: Face) -> Fault? {
                simulator.models(on: face).first { $0.specification.id == model }?.behavior.fault
            }
            for round in 0..<2 {
                let start = Duration.seconds(round * 60)
                await clock.sleeper(until: start + .seconds(20))
                #expect(fault("a", .openAI) == nil)
                #expect(simulator.models(on: .ollama).map(\.isLoaded) == [true])
                #expect(simulator.models(on: .anthropic).isEmpty)
                #expect(simulator.models(on: .openAI).map(\.specification.id) == ["a", "r"])

                clock.advance(to: start + .seconds(20))
                await clock.sleeper(until: start + .seconds(25))
                #expect(fault("a", .openAI) == .hang)
                #expect(
                    try await client.post("\(simulator.openAI.url)/eu/v1/chat/completions", chat("x")).status == 503)

                clock.advance(to: start + .seconds(25))
                await clock.sleeper(until: start + .seconds(26))
                #expect(!simulator.isListening(.portkey))

                clock.advance(to: start + .seconds(26))
                await clock.sleeper(until: start + .seconds(30))
                #expect(simulator.isListening(.portkey))

                clock.advance(to: start + .seconds(30))
                await clock.sleeper(until: start + .seconds(31))
                #expect(fault("a", .openAI) == nil)
                #expect(simulator.models(on: .ollama).map(\.isLoaded) == [false])

                clock.advance(to: start + .seconds(34))
                await clock.sleeper(until: start + .seconds(60))
                #expect(fault("n", .anthropic) == .close)
                #expect(simulator.models(on: .openAI).map(\.specification.id) == ["a"])
                #expect(try await client.get("\(simulator.openAI.url)/v1/models").status == 500)
                clock.advance(to: start + .seconds(60))
            }
        }
    }
}
