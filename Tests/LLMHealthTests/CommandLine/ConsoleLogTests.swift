import Foundation
import Health
import Logging
import Testing

@testable import LLMHealth

@Suite("The daemon's log", .timeLimit(.minutes(5)))
struct ConsoleLogTests {
    private func logged(_ format: Configuration.Log.Format, _ body: (Logger) -> Void) -> String {
        let lines = WrittenText()
        let logger = Logger(label: "test") { _ in
            ConsoleLog(
                .init(level: .info, format: format), write: { lines.append($0) },
                now: { Date(timeIntervalSince1970: 1_795_428_000.25) })
        }
        body(logger)
        return lines.text
    }

    @Test
    func `a line an event for people, that no value can break`() {
        let text = logged(.text) { logger in
            var logger = logger
            logger[metadataKey: "model"] = "gpt-4o"
            logger.notice("Listening", metadata: ["address": "127.0.0.1:8790", "why": "two words\nand \u{1B}[2J"])
            logger.debug("Not this")
        }
        #expect(
            text
                == "2026-11-23T10:00:00.250Z notice   Listening  address=127.0.0.1:8790  model=gpt-4o  why=\"two words and \u{FFFD}[2J\"\n"
        )
    }

    @Test
    func `a JSON object an event for machines`() throws {
        let text = logged(.json) { $0.error("Gone", metadata: ["level": "fake", "n": "1"]) }
        #expect(
            text
                == #"{"level":"error","message":"Gone","metadata.level":"fake","n":"1","time":"2026-11-23T10:00:00.250Z"}"#
                + "\n")
    }

    @Test
    func `a secret is logged as one`() {
        #expect(!logged(.text) { $0.error("Key", metadata: ["key": "\(Secret("sk-canary-1"))"]) }.contains("canary"))
    }
}
