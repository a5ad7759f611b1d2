import Foundation
import Health
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@testable import HTTPGuard
@testable import Observation

/// How many generated exchanges; `scripts/verify` asks for more.
private let exchanges =
    ProcessInfo.processInfo.environment["LLM_HEALTH_TEST_HOSTILE_EXCHANGES"].flatMap { Int($0) } ?? 5_000

extension ProbingNetworkTests {
    /// The whole way of a probe, from the socket to the verdict, against servers that break every rule.
    @Suite("Hostile upstreams", .timeLimit(.minutes(60)))
    struct ProbingHostileTests {
        /// Generous for what should succeed on a busy machine, short where nothing ever comes.
        private static func timeout(_ kind: HostileAnswer.Kind?) -> Duration {
            kind == .hang ? .milliseconds(300) : .seconds(4)
        }

        /// The seed or status that a model's address carries.
        private static func number(in line: String) -> UInt64 {
            let path = line.split(separator: " ").dropFirst().first ?? ""
            return path.split(separator: "/").first.flatMap { UInt64($0.drop { !$0.isNumber }) } ?? 0
        }

        private static func probe(
            _ prober: CanaryProber, worker: Int, at url: String, _ kind: HostileAnswer.Kind? = nil
        ) async throws -> (ProbeResult, Duration) {
            let model = probedModel(
                ModelID("w\(worker)"), at: url, model: "m", timeout: timeout(kind),
                streaming: kind?.isStream ?? false ? .always : .never)
            let start = ContinuousClock.now
            let result = try await prober.probeOnce(model)
            return (result, ContinuousClock.now - start)
        }

        @Test
        func `every status from 000 to 999 is a verdict, and only a success is one`() async throws {
            try await withHostilePeer({ line, _ in HostileAnswer(status: Int(Self.number(in: line))) }) { peer in
                try await withProber(limits: .init(manualReuse: .zero)) { stage in
                    for status in 0..<1_000 {
                        let expected = HostileAnswer(status: status).expectation
                        let (result, _) = try await Self.probe(
                            stage.prober, worker: 0, at: "http://127.0.0.1:\(peer.port)/s\(status)")
                        if expected == .success { #expect(result.success, "\(status): \(result.outcome)") }
                        if expected == .failure { #expect(!result.success, "\(status): \(result.outcome)") }
                        guard status < 102, status != 100 else { continue }
                        #expect(result.outcome.cause == .malformedAnswer, "\(status): \(result.outcome)")
                        #expect(result.outcome.detail.contains("status \(String("00\(status)".suffix(3)))"))
                    }
                }
            }
        }

        @Test(arguments: HostileAnswer.Kind.allCases)
        func `each kind of hostile answer is what it should be`(kind: HostileAnswer.Kind) async throws {
            try await withHostilePeer({ line, _ in HostileAnswer(kind, seed: Self.number(in: line)) }) { peer in
                try await withProber(limits: .init(manualReuse: .zero)) { stage in
                    for seed in 0..<UInt64(kind == .hang || kind == .flood || kind == .bomb ? 3 : 40) {
                        let answer = HostileAnswer(kind, seed: seed)
                        let (result, _) = try await Self.probe(
                            stage.prober, worker: 0, at: "http://127.0.0.1:\(peer.port)/s\(seed)",
                            kind)
                        Self.check(answer, result, seed)
                    }
                }
            }
        }

        @Test(arguments: [false, true])
        func `an answer that breaks off at any byte is none`(isReset: Bool) async throws {
            let whole = HostileAnswer.head("200 OK", HostileAnswer.body.count) + HostileAnswer.body
            let end: HostileAnswer.Step = isReset ? .reset : .close
            try await withHostilePeer({ line, _ in
                HostileAnswer([.send(Array(whole.prefix(Int(Self.number(in: line))))), end])
            }) { peer in
                try await withProber(limits: .init(manualReuse: .zero)) { stage in
                    for length in 0...whole.count {
                        let (result, _) = try await Self.probe(
                            stage.prober, worker: 0, at: "http://127.0.0.1:\(peer.port)/s\(length)")
                        // A reset may overtake the last bytes.
                        if length < whole.count || !isReset { #expect(result.success == (length == whole.count)) }
                    }
                }
            }
        }

        @Test
        func `the events of a compressed stream have the times at which they came`() async throws {
            let parts = Packed.pieces([
                Array("data: a\n\n".utf8), Array("data: b\n\n".utf8), Array("data: c\n\n".utf8),
            ])
            let head = HostileAnswer.head(
                "200 OK", nil, ["connection: close", "content-encoding: gzip"], type: "text/event-stream")
            let wait = HostileAnswer.Step.pause(.milliseconds(120))
            let steps: [HostileAnswer.Step] = [
                .send(head), .send(parts[0]), wait, .send(parts[1]), wait, .send(parts[2]), .close,
            ]
            try await withHostilePeer({ _, _ in HostileAnswer(steps) }) { peer in
                try await withEgress { egress in
                    let exchange = try await ProbingTransportTests.send(
                        to: "http://127.0.0.1:\(peer.port)", isStreamed: true, by: egress)
                    #expect(exchange.failure == nil)
                    #expect(exchange.events.map(\.event.data) == ["a", "b", "c"])
                    let times = exchange.events.map(\.at)
                    #expect(times[1] >= .milliseconds(110) && times[2] >= .milliseconds(230))
                    #expect(try #require(exchange.phases.firstByte) <= times[0])
                }
            }
        }

        @Test(arguments: ["http", "socks5"])
        func `what a proxy lets through is checked as well`(scheme: String) async throws {
            let socks: [UInt8] = [5, 0, 5, 0, 0, 1, 127, 0, 0, 1, 0, 80]
            try await withHostilePeer({ line, _ in
                if line == "SOCKS" { return HostileAnswer([.send(socks)]) }
                if line.hasPrefix("CONNECT") { return HostileAnswer([.send(Array("HTTP/1.1 200 OK\r\n\r\n".utf8))]) }
                return HostileAnswer(status: 42)
            }) { peer in
                let way = EgressConfiguration(httpProxy: "\(scheme)://127.0.0.1:\(peer.port)")
                try await withProber(egress: way) { stage in
                    let (result, _) = try await Self.probe(stage.prober, worker: 0, at: "http://upstream.invalid:80")
                    #expect(result.outcome.cause == .malformedAnswer)
                    #expect(result.outcome.detail.contains("HTTP status 042, which does not exist"))
                }
            }
        }

        @Test
        func `a local runtime, a gateway and a list of models are asked the same way`() async throws {
            try await withHostilePeer({ _, _ in HostileAnswer(status: 7) }) { peer in
                let url = "http://127.0.0.1:\(peer.port)"
                try await withEgress { egress in
                    let wire = LocalWire(
                        endpoint: try LocalEndpoint(.ollama, url: url), client: egress.first.direct,
                        timekeeper: .system,
                        timeout: .seconds(5))
                    let answer = await wire.ask(OllamaReader.Question.version)
                    guard case .failure(let error) = answer else {
                        Issue.record("\(answer)")
                        return
                    }
                    #expect(wire.explain(error).description.contains("status 007"))
                    let gateway = GatewayWatcher.Gateway(name: "gw", url: url)
                    let liveness = await ProbingGatewayTests.watcher([gateway], egress: egress).check(gateway)
                    #expect(liveness?.isUp == false)
                    await #expect(throws: MetricsScrapeError.self) {
                        try await GatewayMetricsReader(egress: egress).metrics(of: gateway)
                    }
                    await #expect(throws: DiscoveryError.self) {
                        try await ModelDiscovery(egress: egress).models(
                            of: .init(name: "list", target: probedModel(at: url).targets[0]))
                    }
                }
            }
        }

        private static func check(_ answer: HostileAnswer, _ result: ProbeResult, _ seed: UInt64) {
            // Sent too soon by the exchange before, on the same connection: nobody can tell whose answer it is.
            if result.outputTokens == HostileAnswer.earlyTokens { return }
            if answer.kind != .status, result.outcome.detail.contains("status 099") { return }
            switch answer.expectation {
            case .success: #expect(result.success, "\(answer.kind) \(seed): \(result.outcome)")
            case .failure: #expect(!result.success, "\(answer.kind) \(seed): \(result.outcome)")
            case .either: break
            }
            if !result.success { #expect(!result.outcome.detail.isEmpty, "\(answer.kind) \(seed)") }
        }

        /// What was generated once, for the peer to send.
        private final class Answers: Sendable {
            private let waiting = Mutex<[UInt64: HostileAnswer]>([:])

            func put(_ answer: HostileAnswer, at seed: UInt64) { waiting.withLock { $0[seed] = answer } }
            func take(at seed: UInt64) -> HostileAnswer { waiting.withLock { $0[seed] } ?? HostileAnswer(seed: seed) }
            func forget(_ seed: UInt64) { waiting.withLock { $0[seed] = nil } }
        }

        private final class Tally: Sendable {
            private let counts = Mutex<[HostileAnswer.Kind: Int]>([:])
            private let slowest = Mutex(Duration.zero)

            func count(_ kind: HostileAnswer.Kind, _ time: Duration) {
                counts.withLock { $0[kind, default: 0] += 1 }
                slowest.withLock { $0 = max($0, time) }
            }
            var kinds: Int { counts.withLock(\.count) }
            var longest: Duration { slowest.withLock { $0 } }
        }

        @Test
        func `generated hostile exchanges, many at once, come to verdicts in time and in bounded memory`() async throws
        {
            let tally = Tally()
            let answers = Answers()
            let workers = 16
            let before = Self.residentBytes
            let start = ContinuousClock.now
            try await withHostilePeer({ line, _ in answers.take(at: Self.number(in: line)) }) { peer in
                try await withProber(limits: .init(manualReuse: .zero)) { stage in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for worker in 0..<workers {
                            group.addTask {
                                for seed in stride(from: worker, to: exchanges, by: workers) {
                                    let answer = HostileAnswer(seed: UInt64(seed))
                                    answers.put(answer, at: UInt64(seed))
                                    let (result, time) = try await Self.probe(
                                        stage.prober, worker: worker, at: "http://127.0.0.1:\(peer.port)/s\(seed)",
                                        answer.kind)
                                    Self.check(answer, result, UInt64(seed))
                                    answers.forget(UInt64(seed))
                                    tally.count(answer.kind, time)
                                    #expect(
                                        time < Self.timeout(answer.kind) + .seconds(5),
                                        "\(answer.kind) \(seed) took \(time)")
                                }
                            }
                        }
                        try await group.waitForAll()
                    }
                }
            }
            let time = ContinuousClock.now - start
            let grown = Self.residentBytes - before
            #expect(tally.kinds == HostileAnswer.Kind.allCases.count)
            #expect(grown < 400 << 20, "memory grew by \(grown >> 20) MiB")
            print(
                "FIGURE\tHostile exchanges, socket to verdict\tall judged in time\t\(exchanges): "
                    + "\(Int(Double(exchanges) / time.seconds)) a second, slowest \(tally.longest.text), "
                    + "memory +\(grown >> 20) MB")
        }

        @Test
        func `TLS, proxies and SOCKS that answer anything at all end in verdicts`() async throws {
            let count = max(300, exchanges / 10)
            try await withHostilePeer({ line, number in
                var random = SeededNumbers(seed: UInt64(number))
                return line == "TLS" || line == "SOCKS"
                    ? Self.handshake(line, &random) : Self.tunnel(line, number, &random)
            }) { peer in
                let address = "127.0.0.1:\(peer.port)"
                let ways: [(EgressConfiguration, String)] = [
                    (EgressConfiguration(connectTimeout: .milliseconds(300)), "https://\(address)"),
                    (
                        EgressConfiguration(httpProxy: "http://\(address)", connectTimeout: .milliseconds(300)),
                        "http://upstream.invalid:80"
                    ),
                    (
                        EgressConfiguration(httpsProxy: "http://\(address)", connectTimeout: .milliseconds(300)),
                        "https://upstream.invalid:443"
                    ),
                    (
                        EgressConfiguration(httpProxy: "socks5://\(address)", connectTimeout: .milliseconds(300)),
                        "http://upstream.invalid:80"
                    ),
                ]
                for (way, url) in ways {
                    try await withProber(limits: .init(manualReuse: .zero), egress: way) { stage in
                        try await withThrowingTaskGroup(of: Void.self) { group in
                            for worker in 0..<8 {
                                group.addTask {
                                    for _ in 0..<(count / 8) {
                                        let (result, time) = try await Self.probe(
                                            stage.prober, worker: worker, at: url)
                                        // A tunnel that stands may end in a good answer; nothing else does.
                                        if url.hasPrefix("https") { #expect(!result.success) }
                                        #expect(time < .seconds(6))
                                    }
                                }
                            }
                            try await group.waitForAll()
                        }
                    }
                }
            }
        }

        private static func handshake(_ line: String, _ random: inout SeededNumbers) -> HostileAnswer {
            var answer = HostileAnswer(.garbage, seed: random.next())
            var bytes = HostileAnswer.garbage(Int.random(in: 1...400, using: &random), &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where line == "TLS":
                // A record of a length of its own, or an alert.
                bytes = [[0x16, 0x15, 0x17, 0x14].randomElement(using: &random) ?? 0x16, 3, 3] + bytes
            case 1 where line == "TLS":
                bytes = [0x15, 3, 3, 0, 2, 2, UInt8.random(in: 0...255, using: &random)]
            case 0...3 where line == "SOCKS":
                bytes = [5, 0, 5, 0, 0, 1, 127, 0, 0, 1, 0, 80] + (Bool.random(using: &random) ? bytes : [])
            default: break
            }
            answer.steps = [.send(bytes)]
            switch Int.random(in: 0..<3, using: &random) {
            case 0: answer.steps.append(.close)
            case 1: answer.steps.append(.reset)
            default: break
            }
            return answer
        }

        private static func tunnel(_ line: String, _ number: Int, _ random: inout SeededNumbers) -> HostileAnswer {
            guard line.hasPrefix("CONNECT") else { return HostileAnswer(seed: UInt64(number)) }
            var answer = HostileAnswer(.garbage, seed: UInt64(number))
            let good = Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8)
            switch Int.random(in: 0..<8, using: &random) {
            case 0...2: answer.steps = [.send(good)]
            case 3: answer.steps = [.send(good + good + good)]
            case 4: answer.steps = [.send(good), Bool.random(using: &random) ? .close : .reset]
            case 5:
                let status = Int.random(in: 0..<1_000, using: &random)
                answer.steps = [.send(Array("HTTP/1.1 \("00\(status)".suffix(3)) X\r\n\r\n".utf8) + good)]
            case 6: answer = HostileAnswer(seed: UInt64(number))
            default: answer.steps = [.send(HostileAnswer.mutated(good, &random)), .close]
            }
            return answer
        }

        private static var residentBytes: Int {
            guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
            return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4_096
        }
    }
}

/// Unpacking by itself.
@Suite("Compressed bodies")
struct InflaterTests {
    private func unpack(
        _ bytes: [UInt8], _ coding: Inflater.Coding, by size: Int = 7, limits: AnswerRules.Limits = .init()
    ) throws -> [UInt8] {
        let inflater = Inflater(coding, limits: limits)
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = ByteBuffer(bytes: bytes[start..<min(bytes.count, start + size)])
            try inflater.read(piece, allocator: .init()) { result += Array($0.readableBytesView) }
        }
        try inflater.finish()
        return result
    }

    @Test(arguments: Packed.Format.allCases)
    func `each format, in pieces of any size`(format: Packed.Format) throws {
        let text = Array(String(repeating: "pong and more of it. ", count: 20_000).utf8)
        for size in [1, 2, 100, 1 << 20] {
            let packed = Packed.bytes(text, as: format)
            #expect(try unpack(packed, format == .gzip ? .gzip : .deflate, by: size) == text)
        }
        #expect(try unpack([], format == .gzip ? .gzip : .deflate) == [])
    }

    @Test
    func `gzip in several members, and padding behind it`() throws {
        let packed = Packed.bytes(Array("po".utf8), as: .gzip) + Packed.bytes(Array("ng".utf8), as: .gzip)
        #expect(try unpack(packed, .gzip) == Array("pong".utf8))
        #expect(try unpack(packed + [0, 0, 0, 0], .gzip) == Array("pong".utf8))
    }

    @Test(arguments: [3, 50])
    func `what breaks off, is damaged or unpacks without end`(size: Int) {
        let packed = Packed.bytes(HostileAnswer.body, as: .gzip)
        for length in 1..<packed.count {
            #expect(throws: AnswerFault.self) { try unpack(Array(packed.prefix(length)), .gzip, by: size) }
        }
        #expect(throws: AnswerFault.damagedCompression("gzip")) { try unpack(HostileAnswer.body, .gzip, by: size) }
        let bomb = Packed.bytes([UInt8](repeating: 32, count: 3 << 20), as: .gzip)
        #expect(throws: AnswerFault.inflation(limit: 1 << 20)) { try unpack(bomb, .gzip, by: 1_000) }
        #expect(throws: AnswerFault.inflation(limit: 100)) {
            try unpack(packed, .gzip, by: size, limits: .init(inflatedBytes: 100))
        }
    }

    @Test
    func `which codings are read, and which are named`() throws {
        #expect(try Inflater.coding(of: []) == nil)
        #expect(try Inflater.coding(of: ["identity", ""]) == nil)
        #expect(try Inflater.coding(of: [" GZip "]) == .gzip)
        #expect(try Inflater.coding(of: ["x-gzip"]) == .gzip)
        #expect(try Inflater.coding(of: ["deflate, identity"]) == .deflate)
        for (header, name) in [("br", "br"), ("zstd", "zstd"), ("gzip, br", "gzip, br"), ("b\u{1}\u{202e}x", "bx")] {
            #expect(throws: AnswerFault.coding(name)) { try Inflater.coding(of: [header]) }
        }
    }
}

/// The rules by themselves.
@Suite("What a peer may send")
struct AnswerRulesTests {
    private func head(_ status: Int, _ headers: HTTPHeaders = [:]) -> HTTPResponseHead {
        HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
    }

    @Test
    func `a whole answer passes, and its end is told once everything is read`() {
        var rules = AnswerRules()
        rules.asked()
        #expect(rules.head(head(200)) == .pass)
        #expect(rules.body() == .pass)
        #expect(rules.end() == .drop)
        #expect(rules.ending() == .whole(isClosing: false))
        #expect(rules.ending() == .none)
        rules.asked()
        #expect(rules.head(head(404)) == .pass)
    }

    @Test
    func `what follows an answer in the same read ends the connection and not the answer`() {
        var rules = AnswerRules()
        rules.asked()
        _ = rules.head(head(200))
        _ = rules.end()
        #expect(rules.head(head(200)) == .drop)
        #expect(rules.error() == .drop)
        #expect(rules.ending() == .whole(isClosing: true))
        #expect(rules.isBroken)
    }

    @Test(arguments: [0, 1, 42, 99])
    func `statuses that do not exist`(status: Int) {
        var rules = AnswerRules()
        rules.asked()
        #expect(rules.head(head(status)) == .fail(.status(status)))
        // Whatever comes after it is not looked at.
        #expect(rules.end() == .drop && rules.body() == .drop && rules.read(1) == .drop && rules.error() == .drop)
        #expect(rules.ending() == .none)
    }

    @Test
    func `interim answers are bounded, and 101 is none`() {
        var rules = AnswerRules(.init(interimAnswers: 2))
        rules.asked()
        #expect(rules.head(head(100)) == .drop && rules.head(head(103)) == .drop)
        #expect(rules.head(head(102)) == .fail(.interimAnswers(limit: 2)))
        rules = AnswerRules()
        rules.asked()
        #expect(rules.head(head(101)) == .fail(.switchedProtocols))
    }

    @Test
    func `parts that belong to no request`() {
        var rules = AnswerRules()
        #expect(rules.head(head(200)) == .fail(.unasked))
        rules = AnswerRules()
        rules.asked()
        #expect(rules.body() == .fail(.unasked))
        rules = AnswerRules()
        rules.asked()
        #expect(rules.end() == .fail(.unasked))
        rules = AnswerRules()
        rules.asked()
        _ = rules.head(head(200))
        #expect(rules.head(head(200)) == .fail(.unasked))
    }

    @Test
    func `bytes that come to nothing, and bytes without end`() {
        var rules = AnswerRules(.init(headerBytes: 100, bytes: 1_000))
        rules.asked()
        #expect(rules.read(101) == .pass)
        #expect(rules.read(1) == .fail(.longHeaders(limit: 100)))
        rules = AnswerRules(.init(headerBytes: 100, bytes: 1_000))
        rules.asked()
        _ = rules.head(head(200))
        for _ in 0..<10 {
            #expect(rules.read(100) == .pass)
            #expect(rules.body() == .pass)
        }
        #expect(rules.read(1) == .fail(.endless(limit: 1_000)))
    }

    @Test
    func `two lengths that contradict each other`() {
        for headers: HTTPHeaders in [
            ["content-length": "3", "transfer-encoding": "chunked"], ["content-length": "3", "Content-Length": "4"],
        ] {
            var rules = AnswerRules()
            rules.asked()
            #expect(rules.head(head(200, headers)) == .fail(.bodyLength))
        }
    }
}
