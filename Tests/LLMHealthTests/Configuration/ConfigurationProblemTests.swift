import Foundation
import Testing

@testable import LLMHealth

@Suite("What is wrong with a configuration", .timeLimit(.minutes(5)))
struct ConfigurationProblemTests {
    @Test(arguments: syntax + gateways + keys + durations + references)
    func `is told with file, line, column and a remedy`(_ wrong: WrongText) throws {
        let folder = try ConfigurationFolder(yaml: wrong.yaml)
        #expect(folder.problems(environment: wrong.environment) == wrong.lines)
    }

    @Test
    func `is told all at once, in the order of the lines`() throws {
        let folder = try ConfigurationFolder(
            yaml: """
                server: {prot: 1}
                defaults: {interval: 5}
                providers:
                  openai: {key: "${MISSING}"}
                models:
                  - {id: a, provider: openai, timeout: never}
                  - {id: b, provider: nobody}
                  - {id: b, provider: openai}
                """)
        #expect(
            folder.problems().map { $0.prefix { $0 != " " } } == [
                "llm-health.yaml:1:10:", "llm-health.yaml:2:22:", "llm-health.yaml:4:17:", "llm-health.yaml:6:40:",
                "llm-health.yaml:7:23:", "llm-health.yaml:8:5:",
            ])
    }

    @Test
    func `is told once: what follows from it is not told beside it`() throws {
        let list = try ConfigurationFolder(yaml: "providers: [openai]\nmodels: [{id: a, provider: openai}]\n")
        #expect(
            list.problems() == [
                "llm-health.yaml:1:12: providers: takes a map from provider to its settings, not a list"
            ])
        let shifted = try ConfigurationFolder(
            yaml: "providers: {openai: {}}\nmodels: [5, {id: a, provider: nobody}]\n")
        #expect(shifted.problems().count == 1)
        let provider = try ConfigurationFolder(
            yaml: "providers: {groq: {via: \"${GATEWAY}\"}}\nmodels: [{id: a, provider: groq}]\n")
        #expect(provider.problems().count == 1)
    }

    @Test
    func `is told for the first twenty, and the rest is counted`() throws {
        let models = (0..<50).map { "  - {id: m\($0), provider: nobody}\n" }.joined()
        let lines = try ConfigurationFolder(yaml: "models:\n" + models).problems()
        #expect(lines.count == 21)
        #expect(lines.last == "30 more; mend these first")
    }

    @Test
    func `includes a file that is not there, and one that is no text`() throws {
        let folder = try ConfigurationFolder(yaml: "")
        #expect(
            folder.problems(["nowhere.yaml"]) == [
                "nowhere.yaml:1:1: there is no such file; check the path given with --config"
            ])
        #expect(folder.problems(["llm-health.yaml"]) == [])
        try folder.write("", to: "empty/readme.txt")
        #expect(folder.problems(["empty"]) == ["empty:1:1: the folder holds no *.yaml; put a configuration there"])
    }

    static let tangled = [
        WrongText("brackets", String(repeating: "[", count: 100_000)),
        WrongText("brackets in a value", "a: " + String(repeating: "[", count: 400)),
        WrongText("lists", String(repeating: "- ", count: 900) + "x"),
        WrongText("maps", (0..<700).map { String(repeating: " ", count: $0) + "a:\n" }.joined()),
        WrongText(
            "aliases",
            "x-a: &a [1,1,1,1,1,1,1,1,1,1]\n"
                + zip("abcde", "bcdef").map { "x-\($1): &\($1) [*\($0)\(String(repeating: ",*\($0)", count: 9))]\n" }
                .joined()),
    ]

    @Test(arguments: tangled)
    func `does not bring the reader down, however deep or tangled`(_ wrong: WrongText) throws {
        let lines = try ConfigurationFolder(yaml: wrong.yaml).problems()
        #expect((1...2).contains(lines.count))
        for line in lines { #expect(line.hasPrefix("llm-health.yaml:")) }
    }

    @Test
    func `does not bring the reader down, whatever is broken in a good file`() throws {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let good = Array(try Data(contentsOf: repository.appending(path: "llm-health.example.yaml")))
        let folder = try ConfigurationFolder()
        var random = SplitMix(state: 42)
        var refused = 0
        for round in 0..<120 {
            var text = good
            for _ in 0...(round % 5) {
                let at = Int(random.next() % UInt64(text.count))
                switch random.next() % 4 {
                case 0: text.remove(at: at)
                case 1: text.insert(Array("{}[]:-#&*!|>'\"%@`,\n\t $\u{0}ä".utf8)[Int(random.next() % 25)], at: at)
                case 2: text.removeSubrange(at..<min(text.count, at + 40))
                default: text[at] = UInt8(truncatingIfNeeded: random.next())
                }
            }
            try Data(text).write(to: URL(filePath: folder.path + "/llm-health.yaml"))
            let lines = folder.problems()
            refused += lines.isEmpty ? 0 : 1
            // Each line has its place, but for the one that counts the rest.
            for line in lines.prefix(ConfigurationError.most) { #expect(line.hasPrefix("llm-health.yaml:"), "\(line)") }
        }
        #expect(refused > 30)
    }
}

/// Random numbers that come out the same every time.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
