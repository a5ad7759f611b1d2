import Foundation
import Health
import NIOHTTP1
import Testing

@testable import Observation

/// What upstreams really answer, from their documentation and from public bug reports, each with its source: whose doing
/// it is, what exactly, and what people are told.
@Suite("Answers of upstreams", .timeLimit(.minutes(5)))
struct ProbingUpstreamTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var id: String
        var json: JSONValue
        var testDescription: String { id }

        private func text(_ name: String) -> String { json[name]?.string ?? "" }
        var vendor: String { text("vendor") }
        var source: String { text("source") }
        var body: String { text("body") }
        var isStreamed: Bool { json["streamed"] == .bool(true) }
        var status: Int { json["status"]?.number.map { Int($0) } ?? 0 }
        var expectedClass: Outcome.Class? { Outcome.Class(rawValue: json["expect"]?["class"]?.string ?? "") }
        var expectedCause: Outcome.Cause? { Outcome.Cause(rawValue: json["expect"]?["cause"]?.string ?? "") }
        /// A part of the sentence, or of a note where the answer counts as good.
        var says: String { json["expect"]?["says"]?.string ?? "" }
        var wait: Duration? { json["expect"]?["retryAfterSeconds"]?.number.map { .seconds($0) } }
        var allowance: JSONValue? { json["expect"]?["allowance"] }

        var gateway: GatewayRoute? {
            switch text("via") {
            case "portkey": GatewayRoute(gateway: "edge", provider: text("provider"))
            case "litellm": GatewayRoute(gateway: "edge", kind: .litellm)
            default: nil
            }
        }

        var dialect: any ProbeDialect { text("dialect") == "anthropic" ? AnthropicDialect() : OpenAIDialect() }

        /// - Parameter pieces: how many bytes come at once.
        func exchange(pieces: Int) -> Exchange {
            var exchange = Exchange()
            exchange.status = status
            exchange.phases.connect = .milliseconds(1)
            for pair in json["headers"]?.array ?? [] {
                exchange.headers.add(name: pair.array?.first?.string ?? "", value: pair.array?.last?.string ?? "")
            }
            exchange.body = Array(body.utf8)
            exchange.duration = .milliseconds(300)
            guard isStreamed || exchange.isEventStream else { return exchange }
            var events = ServerSentEvents()
            var rest = exchange.body[...]
            var at = 0
            while !rest.isEmpty {
                for event in events.append(rest.prefix(pieces)) {
                    exchange.events.append(.init(event: event, at: .milliseconds(100 + at)))
                    at += 1
                }
                rest = rest.dropFirst(pieces)
            }
            if let event = events.finish() { exchange.events.append(.init(event: event, at: .milliseconds(300))) }
            return exchange
        }

        func verdict(pieces: Int = 1_000) -> Verdict {
            let context = ProbeContext(
                provider: text("provider"), model: text("model"),
                mode: ModelConfig.Mode(rawValue: text("mode")) ?? .chat, gateway: gateway, host: "upstream.example:443",
                redactor: Redactor(names: [text("provider"), text("model")]),
                now: Date(timeIntervalSince1970: 1_764_547_200), usualName: json["usualName"]?.string)
            return ProbeClassifier(context: context, dialect: dialect).verdict(on: exchange(pieces: pieces))
        }
    }

    static let cases: [Case] = {
        guard
            let url = Bundle.module.url(
                forResource: "upstream-answers", withExtension: "json", subdirectory: "Recordings"),
            let data = try? Data(contentsOf: url), let list = JSONText.parse(data)?.array
        else { return [] }
        return list.map { Case(id: $0["id"]?.string ?? "", json: $0) }
    }()

    @Test
    func `the table is there: many answers of many vendors, streamed ones too, each with its source`() {
        #expect(Self.cases.count >= 120)
        #expect(Set(Self.cases.map(\.vendor)).count >= 25)
        #expect(Self.cases.count { $0.isStreamed } >= 25)
        #expect(Set(Self.cases.map(\.id)).count == Self.cases.count)
        #expect(Self.cases.allSatisfy { !$0.source.isEmpty && $0.expectedClass != nil && $0.expectedCause != nil })
    }

    @Test(arguments: cases)
    func `is judged rightly, and the sentence tells it`(row: Case) throws {
        let verdict = row.verdict()
        let outcome = verdict.outcome
        #expect(outcome.class == row.expectedClass, "\(outcome) \(row.body.prefix(300)) \(row.source)")
        #expect(outcome.cause == row.expectedCause, "\(outcome) \(row.body.prefix(300)) \(row.source)")
        #expect(outcome.class == .ok || outcome.detail.contains(" ") && outcome.detail.count <= 300)
        let told = ([outcome.detail] + verdict.notes).joined(separator: "; ").lowercased()
        #expect(row.says.isEmpty || told.contains(row.says.lowercased()), "\(told)")
        if let wait = row.wait { #expect(outcome.retryAfter.map { abs($0.seconds - wait.seconds) < 0.01 } ?? false) }
        if let allowance = row.allowance {
            let read = try #require(verdict.allowance)
            #expect(read.limit.map { Double($0) } == allowance["limit"]?.number)
            #expect(read.remaining.map { Double($0) } == allowance["remaining"]?.number)
            #expect(read.period?.seconds == allowance["periodSeconds"]?.number)
        }
    }

    @Test(arguments: cases.filter(\.isStreamed))
    func `comes to the same however its bytes are split`(row: Case) {
        let whole = row.verdict()
        for pieces in [1, 2, 7] {
            let verdict = row.verdict(pieces: pieces)
            #expect(verdict.outcome == whole.outcome)
            #expect(verdict.answer?.text == whole.answer?.text)
        }
    }
}
