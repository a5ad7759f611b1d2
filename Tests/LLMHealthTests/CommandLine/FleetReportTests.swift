import Foundation
import Health
import Testing

@testable import LLMHealth

@Suite("What the command line shows of a fleet", .timeLimit(.minutes(5)))
struct FleetReportTests {
    private static let now = Date(timeIntervalSince1970: 1_795_428_000)

    private static func model(
        _ id: ModelID, _ status: HealthStatus, reason: String = "Probes succeed.", score: Double? = 97.6,
        p50: Double? = 412, errors: Double? = 0, since: Double = 90
    ) -> ModelHealthStatus {
        ModelHealthStatus(
            modelId: id, provider: "openai", status: status, score: score, reasons: [HealthReason(.passing, reason)],
            since: now - since, routing: .init(.usable, reason: ""), latency: .init(p50: p50, p99: 1_260),
            timeToFirstTokenMs: 80.4, errorRate: errors, availability: 0.9996)
    }

    private static let fleet = FleetHealth(
        revision: 7, at: now,
        models: [
            model("a-healthy", .healthy),
            model("b-bad", .unhealthy, reason: "Connection refused by api.example:443, five times in a row.", score: 3),
            model("c-unknown", .unknown, reason: "The key was refused.", score: nil, p50: nil, errors: nil),
            model(
                "d-slow", .degraded, reason: "Three times slower than usual.", score: 60, p50: 12_345, errors: 0.0004,
                since: 90_000),
        ],
        components: [
            .init(
                kind: .gateway, name: "portkey", status: .unhealthy,
                reason: "Nothing answers at http://127.0.0.1:8787.", since: now),
            .init(kind: .store, name: "history", status: .healthy, reason: "In force.", since: now),
        ])

    @Test
    func `worst first, with units, a sum and what else is broken`() {
        #expect(
            FleetReport(Self.fleet).lines(for: Terminal(), at: Self.now) == [
                "STATUS     MODEL      PROVIDER  ROUTING  SCORE     P50    P99   TTFT  ERRORS   AVAIL  SINCE  REASON",
                "unhealthy  b-bad      openai    usable       3  412 ms  1.3 s  80 ms     0 %  99.9 %    90s  Connection refused by api.example:443, five times in a row.",
                "degraded   d-slow     openai    usable      60    12 s  1.3 s  80 ms  <0.1 %  99.9 %    25h  Three times slower than usual.",
                "unknown    c-unknown  openai    usable       –       –  1.3 s  80 ms       –  99.9 %    90s  The key was refused.",
                "healthy    a-healthy  openai    usable      98  412 ms  1.3 s  80 ms     0 %  99.9 %    90s  Probes succeed.",
                "",
                "4 models: 1 healthy, 1 degraded, 1 unhealthy, 1 unknown  \(LocalTime.text(Self.now, at: Self.now))",
                "unhealthy  gateway portkey: Nothing answers at http://127.0.0.1:8787.",
            ])
    }

    @Test(arguments: [40, 80, 200])
    func `on a terminal every status has a shape, and all fits`(_ width: Int) {
        let lines = FleetReport(Self.fleet).lines(for: Terminal(isInteractive: true, width: width), at: Self.now)
        #expect(lines[1].hasPrefix("✖ unhealthy  b-bad"))
        #expect(lines[2].hasPrefix("▲ degraded   d-slow"))
        #expect(lines[3].hasPrefix("○ unknown    c-unknown"))
        #expect(lines[4].hasPrefix("● healthy    a-healthy"))
        for line in lines { #expect(DisplayWidth.of(line) <= width, "\(line)") }
        let ascii = FleetReport(Self.fleet).lines(
            for: Terminal(isInteractive: true, width: 40, hasUnicode: false), at: Self.now)
        #expect(ascii[1].hasPrefix("x unhealthy"))
        #expect(ascii[1].hasSuffix("..."))
    }

    @Test
    func `times in a sentence are the reader's, and left out where a column has them`() {
        let now = Date(timeIntervalSince1970: 1_795_428_000)
        let sentence =
            "6 probes in a row failed since \((now - 60).rfc3339): HTTP 500; probing again at \(now.rfc3339)."
        #expect(LocalTime.brief(sentence, at: now) == "6 probes in a row failed: HTTP 500.")
        #expect(
            LocalTime.sentence(sentence, at: now)
                == "6 probes in a row failed since \(LocalTime.text(now - 60, at: now)): HTTP 500; probing again at "
                + "\(LocalTime.text(now, at: now)).")
        #expect(LocalTime.sentence("T minus 5, since 2026-13-45T99:00:00Z", at: now).hasPrefix("T minus 5"))
        // Another day is named.
        #expect(LocalTime.text(now - 86_400 * 3, at: now).contains(" Nov "))
    }

    @Test
    func `JSON holds the summary and the statuses`() throws {
        let data = try HealthJSON.encoder().encode(FleetReport(Self.fleet).only(["b-bad"]))
        let json = try HealthJSON.decoder().decode(JSONValue.self, from: data)
        #expect(json["models"]?.array?.count == 1)
        #expect(json["models"]?.array?[0]["modelId"] == "b-bad")
        #expect(json["summary"]?["counts"]?["total"] == 4)
    }

    @Test(
        arguments: [
            ([.healthy, .healthy], false, .success), ([.healthy, .degraded], false, .success),
            ([.healthy, .degraded], true, .failing),
            ([.degraded, .unknown], false, .unknown), ([.degraded, .unknown], true, .unknown),
            ([.unknown, .unhealthy], false, .failing), ([], false, .unknown),
        ] as [([HealthStatus], Bool, CommandExit)])
    func `exit codes: unhealthy before unknown before all is well`(
        _ statuses: [HealthStatus], _ isStrict: Bool, _ exit: CommandExit
    ) {
        #expect(CommandExit(statuses.map { Self.model("m", $0) }, isStrict: isStrict) == exit)
    }

    @Test(arguments: [
        (FigureText.milliseconds(0.4), "0 ms"), (FigureText.milliseconds(999.4), "999 ms"),
        (FigureText.milliseconds(999.6), "1.0 s"),
        (FigureText.milliseconds(9_949), "9.9 s"), (FigureText.milliseconds(9_950), "10 s"),
        (FigureText.milliseconds(nil), "–"),
        (FigureText.share(1), "100 %"), (FigureText.share(0.99999), "99.9 %"), (FigureText.share(0.123), "12.3 %"),
        (FigureText.share(0.00001), "<0.1 %"),
        (FigureText.share(0), "0 %"), (FigureText.share(nil), "–"), (FigureText.span(119), "119s"),
        (FigureText.span(120), "2m"),
        (FigureText.span(-5), "0s"), (FigureText.span(200_000), "2d"), (FigureText.count(1_234_567), "1,234,567"),
        (FigureText.count(999), "999"),
        (FigureText.dollars(1_234.5), "$1,234.50"), (FigureText.dollars(0.001), "<$0.01"),
        (FigureText.dollars(0), "$0.00"), (FigureText.dollars(nil), "–"),
    ])
    func `figures are short and honest`(_ shown: String, _ wanted: String) {
        #expect(shown == wanted)
    }

    @Test
    func `a frame draws over what was there and never scrolls the terminal`() {
        #expect(FleetWatch.frame(["a", "b"], height: nil) == "\u{1B}[Ha\u{1B}[K\nb\u{1B}[K\u{1B}[J")
        let tall = FleetWatch.frame((0..<50).map { "line \($0)" }, height: 10)
        #expect(tall.split(separator: "\n").count == 10)
        #expect(tall.contains("… 41 more lines"))
        #expect(FleetWatch.leave == "\u{1B}[?25h\u{1B}[?1049l")
    }

    @Test
    func `a watched fleet is shown with what hinders the next look; as JSON a line each`() {
        let written = WrittenText()
        let report = FleetReport(Self.fleet)
        func watch(isJSON: Bool) -> FleetWatch {
            FleetWatch(
                every: .seconds(1), isJSON: isJSON, terminal: { Terminal(width: 60) }, write: { written.append($0) }
            ) { report }
        }
        watch(isJSON: false).show(
            report, trouble: "no daemon answers at http://127.0.0.1:8790 (connection refused)", isInPlace: false)
        #expect(written.text.hasPrefix("no daemon answers at http://127.0.0.1:8790 (connection refu…\n"))
        written.clear()
        watch(isJSON: true).show(report, trouble: nil, isInPlace: false)
        watch(isJSON: true).show(report, trouble: "away", isInPlace: false)
        #expect(written.text.split(separator: "\n").count == 1)
    }

    @Test(.timeLimit(.minutes(5)))
    func `a watch that ends leaves the terminal as it was`() async throws {
        let written = WrittenText()
        let (frames, frame) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let watch = FleetWatch(
            every: .seconds(3_600), isJSON: false,
            terminal: { Terminal(isInteractive: true, width: 80, height: 24, hasColor: true) },
            write: { text in
                written.append(text)
                if text.contains("a-healthy") { frame.yield() }
            }, fetch: { FleetReport(Self.fleet) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await watch.run() }
            for await _ in frames { break }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(written.text.hasPrefix(FleetWatch.enter))
        #expect(written.text.hasSuffix(FleetWatch.leave))
    }

    @Test
    func `a watch whose first look fails never touches the terminal`() async throws {
        let written = WrittenText()
        let watch = FleetWatch(
            every: .seconds(1), isJSON: false, terminal: { Terminal(isInteractive: true, width: 80) },
            write: { written.append($0) },
            fetch: { () throws(DaemonClientError) in throw DaemonClientError(.unreachable, "away") })
        await #expect(throws: DaemonClientError.self) { try await watch.run() }
        #expect(written.text.isEmpty)
    }

    @Test
    func `an explanation is wrapped between words`() {
        let json: JSONValue = [
            "modelId": "gpt-4o", "status": "degraded",
            "text": "gpt-4o is degraded since noon. 模型模型模型 is slow. anextraordinarilylongwordthatfitsnowhere ends it.",
        ]
        #expect(
            ExplanationText.lines(of: json, for: Terminal(width: 24), at: Self.now) == [
                "gpt-4o  degraded", "gpt-4o is degraded since", "noon. 模型模型模型 is", "slow.",
                "anextraordinarilylongwordthatfitsnowhere", "ends it.",
            ])
    }

    @Test
    func `configuration is looked for where somebody said, then in the working directory`() {
        let here: (String) -> Bool = { $0 == "llm-health.yaml" }
        #expect(
            ConfigurationFiles.find(arguments: ["a", "b"], environment: ["LLM_HEALTH_CONFIG": "c"], exists: here) == [
                "a", "b",
            ])
        #expect(
            ConfigurationFiles.find(arguments: [], environment: ["LLM_HEALTH_CONFIG": "c:d"], exists: here) == [
                "c", "d",
            ])
        #expect(ConfigurationFiles.find(arguments: [], environment: [:], exists: here) == ["llm-health.yaml"])
        #expect(ConfigurationFiles.find(arguments: [], environment: [:], exists: { _ in false }) == [])
    }

    @Test
    func `errors are one line each, with the program's name`() throws {
        let folder = try ConfigurationFolder(yaml: "a: 1\nb: 2\n")
        let error = #expect(throws: ConfigurationError.self) { try folder.load() }
        let lines = ErrorLines.lines(of: try #require(error))
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("llm-health: \(folder.path)/llm-health.yaml:1:1: unknown key 'a'"))
        #expect(
            ErrorLines.lines(of: HealthCheckError.unknownModel("x\ny")) == [
                "llm-health: no model 'x y' is configured or discovered"
            ])
    }
}
