import Foundation
import Health
import Testing

@testable import LLMHealth

@Suite("Replaying recordings", .timeLimit(.minutes(5)))
struct ReplayRunTests {
    private static func line(
        _ seconds: Double, _ outcome: String = "ok", model: String = "a", more: String = ""
    ) -> String {
        let at = (Date(timeIntervalSince1970: 1_795_428_000) + seconds).rfc3339
        return #"{"at":"\#(at)","modelId":"\#(model)","provider":"p","outcome":"\#(outcome)"\#(more)}"#
    }

    /// A look every 15 s; from 300 to 420 all fail, and the looks a monitor sends then are there.
    private static var outage: String {
        var times = stride(from: 0.0, to: 900, by: 15).map { $0 }
        times += HealthPolicy().outage.fastConfirmations.map { 300 + $0.seconds }
        return times.sorted().map { line($0, (300..<420).contains($0) ? "failing" : "ok") + "\n" }.joined()
    }

    private static let patient = "outage: {fastConfirmations: [10s, 20s, 200s]}\n"

    private func run(
        _ folder: ConfigurationFolder, file: String = "r.jsonl", config: String? = nil, policy: String? = nil,
        against: String? = nil, interval: String? = nil, isJSON: Bool = false, terminal: Terminal = Terminal()
    ) throws -> String {
        func path(_ name: String) -> String { "\(folder.path)/\(name)" }
        let options = ReplayOptions(
            file: path(file), config: config.map(path), policy: policy.map(path), against: against.map(path),
            interval: interval, isJSON: isJSON)
        var text = ""
        try ReplayRun(options, environment: [:]).run(terminal: terminal) { text += $0 }
        return text.replacing("\(folder.path)/", with: "")
    }

    /// What standard error would hold, without the folder.
    private func problems(
        _ folder: ConfigurationFolder, file: String = "r.jsonl", config: String? = nil, policy: String? = nil,
        against: String? = nil, interval: String? = nil
    ) -> [String] {
        do {
            _ = try run(folder, file: file, config: config, policy: policy, against: against, interval: interval)
            return []
        } catch {
            return ErrorLines.lines(of: error).map { $0.replacing("\(folder.path)/", with: "") }
        }
    }

    private func json(_ text: String) throws -> [JSONValue] {
        try text.split(separator: "\n").map { try HealthJSON.decoder().decode(JSONValue.self, from: Data($0.utf8)) }
    }

    // MARK: Output

    @Test
    func `each change is an event as the API tells it, and the last line sums up`() throws {
        let folder = try ConfigurationFolder(["r.jsonl": Self.outage])
        let text = try run(folder)
        let lines = text.split(separator: "\n")
        let events = try lines.dropLast().map {
            try HealthJSON.decoder().decode(HealthChangeEvent.self, from: Data($0.utf8))
        }
        #expect(events.map(\.currentStatus) == [.healthy, .unhealthy, .healthy])
        #expect(events.map(\.seq) == [1, 2, 3])
        let summary = try #require(try json(text).last?["summary"])
        #expect(summary["lines"] == 65)
        #expect(summary["evidence"] == 65)
        #expect(summary["changes"] == 3)
        #expect(summary["from"] == "2026-11-23T10:00:00.000Z")
        #expect(summary["to"] == "2026-11-23T10:14:45.000Z")
        #expect(summary["entries"]?["unhealthy"] == 1)
        #expect(summary["entries"]?["degraded"] == 0)
        #expect(summary["models"]?.array?.map { $0["modelId"] } == ["a"])
        #expect(summary["models"]?.array?.first?["share"] == summary["share"])
        #expect(summary["looks"]?["asked"] != nil)
        #expect(try run(folder) == text)
    }

    @Test(
        arguments: [
            { $0.replacing("\n", with: "\r\n") }, { "\n \n" + $0.replacing("\n", with: "\n\r\n\t\n") },
            { "\u{FEFF}" + $0 }, { String($0.dropLast()) }, { $0.replacing("{", with: " { ") },
        ] as [@Sendable (String) -> String])
    func `line ends, blank lines and a byte-order mark make no difference`(_ change: @Sendable (String) -> String)
        throws
    {
        let folder = try ConfigurationFolder(["r.jsonl": Self.outage, "changed.jsonl": change(Self.outage)])
        #expect(change(Self.outage) != Self.outage)
        #expect(try run(folder, file: "changed.jsonl") == run(folder))
    }

    @Test
    func `with two policies JSON tells whose each line is, and each is as if it were alone`() throws {
        let folder = try ConfigurationFolder(["r.jsonl": Self.outage, "patient.yaml": Self.patient])
        let both = try run(folder, against: "patient.yaml", isJSON: true)
        let alone = [try run(folder), try run(folder, policy: "patient.yaml")]
        for (name, text) in zip(["a", "b"], alone) {
            let mine = both.split(separator: "\n").filter { $0.contains(#""policy":"\#(name)""#) }
            #expect(
                mine.map { String($0).replacing(#""policy":"\#(name)","#, with: "") }
                    == text.split(separator: "\n").dropLast().map(String.init))
            #expect(try json(both).last?["summary"]?[name] == json(text).last?["summary"])
        }
        #expect(alone[0] != alone[1])
        let times = try json(both).dropLast().compactMap { $0["timestamp"]?.string }
        #expect(times == times.sorted())
        #expect(try run(folder, against: "patient.yaml", isJSON: true) == both)
    }

    @Test
    func `people get the changes and a comparison as tables`() throws {
        let folder = try ConfigurationFolder(["r.jsonl": Self.outage, "patient.yaml": Self.patient])
        let lines = try run(folder, against: "patient.yaml").split(separator: "\n", omittingEmptySubsequences: false)
        try #require(lines.count > 3)
        #expect(lines[0].split(separator: " ") == ["TIME", "POLICY", "MODEL", "CHANGE", "REASON"])
        #expect(lines[1].hasPrefix("2026-11-23T10:00:00Z  a       a      unknown -> healthy"))
        #expect(lines[2].hasPrefix("2026-11-23T10:00:00Z  b       a      unknown -> healthy"))
        #expect(lines.contains { $0.contains("  a       a      healthy -> unhealthy") })
        #expect(!lines.contains { $0.contains("  b       a      healthy -> unhealthy") })
        func figures(_ title: String) -> [Substring] {
            lines.first { $0.hasPrefix(title) }?.dropFirst(title.count).split(separator: " ") ?? []
        }
        #expect(figures("times unhealthy") == ["1", "0"])
        #expect(figures("time unhealthy").last == "%")
        #expect(lines.contains("a: built in"))
        #expect(lines.contains("b: patient.yaml"))
        #expect(lines.contains("65 outcomes of 1 model in 14m from 2026-11-23T10:00:00.000Z"))
        let narrow = try run(
            folder, against: "patient.yaml", terminal: Terminal(isInteractive: true, width: 60, hasColor: true))
        #expect(narrow.contains("\u{1B}[31mhealthy -> unhealthy"))
    }

    // MARK: Policies

    @Test(arguments: [
        patient, "policy:\n  \(patient)",
        "policy:\n  \(patient)providers: {x: {key: {env: NOT_SET}}, y: nonsense}\n",
        "outage:\n  fastConfirmations: [10s, 20s, \"${SPAN:-200s}\"]\n",
    ])
    func `a policy stands by itself or in a configuration, of which nothing else is looked at`(_ yaml: String) throws {
        let folder = try ConfigurationFolder(["r.jsonl": Self.outage, "p.yaml": yaml])
        let policy = try PolicyFile.load("\(folder.path)/p.yaml", environment: [:])
        var wanted = HealthPolicy()
        wanted.outage.fastConfirmations = [.seconds(10), .seconds(20), .seconds(200)]
        #expect(policy == wanted)
        #expect(try run(folder, policy: "p.yaml") != run(folder))
    }

    @Test(arguments: ["", "models: []\n", "policy:\n"])
    func `without a policy in it, a configuration holds the built-in one`(_ yaml: String) throws {
        let folder = try ConfigurationFolder(["p.yaml": yaml])
        #expect(try PolicyFile.load("\(folder.path)/p.yaml", environment: [:]) == HealthPolicy())
    }

    @Test(arguments: [
        ("outtage: {firstLooks: 3}\n", "p.yaml:1:1: unknown key 'outtage'; did you mean 'outage'?"),
        (
            "policy:\n  outage: {firstLook: 3}\n",
            "p.yaml:2:12: unknown key 'policy.outage.firstLook'; did you mean 'firstLooks'?"
        ),
        (
            "outage:\n  fastConfirmations: [8s, 5s]\n",
            "p.yaml:2:22: `fastConfirmations` must hold rising times, such as [2s, 5s, 8s]"
        ),
        ("jitter: 50%\n", "p.yaml:1:9: jitter: '50%' is no number; write one from 0 to"),
        ("- 1\n", "p.yaml:1:1: takes the policy, a map with the keys"),
        ("jitter: [\n", "p.yaml:2:1: is no valid YAML here"),
    ])
    func `every problem of a policy has its place and a suggestion`(_ yaml: String, _ problem: String) throws {
        let folder = try ConfigurationFolder(["r.jsonl": Self.outage, "p.yaml": yaml])
        for lines in [problems(folder, policy: "p.yaml"), problems(folder, against: "p.yaml")] {
            #expect(lines.count == 1)
            #expect(lines.first?.hasPrefix("llm-health: \(problem)") == true, "\(lines)")
        }
    }

    @Test
    func `a configuration brings its models' intervals and its policy`() throws {
        let recording = [Self.line(0), Self.line(0, model: "b"), Self.line(1_000)].joined(separator: "\n")
        let folder = try ConfigurationFolder(
            yaml: """
                providers: {p: {url: "http://localhost:1"}}
                defaults: {interval: 20s}
                models: [{id: a, provider: p, interval: 60s}]
                policy: {staleness: {intervals: 2}}
                """, ["r.jsonl": recording])
        let stale = try json(run(folder, config: "llm-health.yaml")).filter { $0["currentStatus"] == "unknown" }
        #expect(stale.map { $0["modelId"] } == ["b", "a"])
        let times = stale.compactMap { $0["timestamp"]?.string.map { $0.prefix(19).suffix(5) } }
        #expect(times == ["00:40", "02:00"])
    }

    @Test(arguments: [("20s", "01:00"), (nil, "00:45"), ("2m", "06:00")])
    func `without one, --interval is that of all models`(_ interval: String?, _ stale: String) throws {
        let folder = try ConfigurationFolder(["r.jsonl": Self.line(0) + "\n" + Self.line(1_000)])
        let events = try json(run(folder, interval: interval))
        try #require(events.count == 4)
        #expect(events[1]["currentStatus"] == "unknown")
        #expect(events[1]["timestamp"]?.string?.prefix(19).suffix(5) == Substring(stale))
    }

    // MARK: Wrong use

    @Test(arguments: [
        ("", "r.jsonl:1: holds no evidence; write one piece a line, as JSON"),
        ("\n\r\n \n", "r.jsonl:3: holds no evidence"),
        (
            "\(line(0))\n\nnonsense\n\(line(1))\n",
            "r.jsonl:3: is no JSON object; write one piece of evidence a line"
        ),
        (
            "\(line(0))\n\(line(1, "fine"))",
            "r.jsonl:2: `outcome`: 'fine' is not known; write one of ok, failing, rateLimited"
        ),
        (
            "\(line(100))\n\(line(160))\n\(line(99.5))\n",
            "r.jsonl:3: is 61 s older than an earlier line; sort the lines by `at` to within 60 s"
        ),
        (line(0, more: String(repeating: " ", count: 1 << 21)), "r.jsonl:1: is longer than 1 MiB"),
        ("\(line(0))\n\u{0}\n", "r.jsonl:2: is no JSON object"),
    ])
    func `a wrong recording is one line with its place`(_ text: String, _ problem: String) throws {
        let lines = problems(try ConfigurationFolder(["r.jsonl": text]))
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("llm-health: \(problem)") == true, "\(lines)")
    }

    @Test
    func `lines are counted right far into a long file`() throws {
        let good = (0..<3_000).map { Self.line(Double($0)) }
        let folder = try ConfigurationFolder(["r.jsonl": (good + ["{}"]).joined(separator: "\n")])
        #expect(problems(folder) == ["llm-health: r.jsonl:3001: `at` is missing; every line needs it"])
        try folder.write(good.joined(separator: "\n"), to: "r.jsonl")
        #expect(try json(run(folder)).last?["summary"]?["lines"] == 3_000)
    }

    @Test
    func `files that are none, and arguments that contradict each other`() throws {
        let folder = try ConfigurationFolder(
            yaml: "models: []\n", ["r.jsonl": Self.line(0), "p.yaml": "jitter: 0\n", "d/x": ""])
        let config = "llm-health.yaml"
        #expect(
            problems(folder, file: "none")
                == ["llm-health: none: there is no such file; check the path"])
        #expect(problems(folder, file: "d") == ["llm-health: d: the folder holds no recording (.jsonl or .jsonl.gz)"])
        #expect(
            problems(folder, policy: "none.yaml")
                == ["llm-health: none.yaml:1:1: the policy cannot be read; check the path and its permissions"])
        #expect(
            problems(folder, config: config, policy: "p.yaml")
                == ["llm-health: --config and --policy both bring a policy; give one, the other with --against"])
        #expect(
            problems(folder, config: config, interval: "1m")
                == ["llm-health: --interval is for recordings without --config; set `interval` of the models there"])
        #expect(
            problems(folder, interval: "15")
                == ["llm-health: --interval: '15' is no duration; a duration needs a unit; write 15s"])
        #expect(
            problems(folder, interval: "10ms") == ["llm-health: --interval: '10ms' is out of range; write 1s to 1d"])
        #expect(problems(folder, config: config, against: "p.yaml") == [])
    }

    // MARK: The page

    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// `LLM_HEALTH_TEST_UPDATE=1 swift test` writes the output into the page instead, for after a change of the numbers.
    @Test
    func `docs/replay.md shows what its example prints`() throws {
        let page = Self.repository.appending(path: "docs/replay.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let policy = try #require(text.range(of: "cat > patient.yaml <<'END'\n"))
        let end = try #require(text.range(of: "END\n", range: policy.upperBound..<text.endIndex))
        let folder = try ConfigurationFolder(["patient.yaml": String(text[policy.upperBound..<end.lowerBound])])
        try folder.write(
            String(contentsOf: Self.repository.appending(path: "docs/replay-example.jsonl"), encoding: .utf8),
            to: "r.jsonl")
        let output = try run(folder, against: "patient.yaml")
        #expect(output.contains("healthy -> unhealthy"))
        let start = try #require(text.range(of: "```text\n"))
        let stop = try #require(text.range(of: "```\n", range: start.upperBound..<text.endIndex))
        if ProcessInfo.processInfo.environment["LLM_HEALTH_TEST_UPDATE"] != nil {
            try Data((text[..<start.upperBound] + output + text[stop.lowerBound...]).utf8).write(to: page)
        } else {
            let isSame = text[start.upperBound..<stop.lowerBound] == output
            #expect(isSame, "docs/replay.md is out of date; run the tests with LLM_HEALTH_TEST_UPDATE=1")
        }
    }
}
