import Foundation
import Health
import Testing

@testable import LLMHealth

@Suite("What operators said, as a table")
struct NoticeReportTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    private static let report = NoticeReport(
        notices: [
            Notice(
                id: "b2", modelId: "gpt-4o", kind: .silence, at: now - 60, until: now + 3_600, reason: "noisy",
                by: "ops"),
            Notice(id: "a1", modelId: "llama", kind: .acknowledge, at: now - 120, until: nil, reason: "4711", by: "me"),
        ],
        maintenance: [
            Announcement(id: "c3", title: "New GPUs", from: now, until: now + 7_200, models: ["llama*", "qwen"]),
            Announcement(id: "configured-maintenance-1a", title: "Moving", from: now + 1, until: now + 7_200),
        ],
        announcements: [Announcement(id: "d4", title: "Farewell", from: now + 60, until: nil)])

    @Test
    func `each has its line, the oldest of a kind first, with what ends it`() {
        #expect(
            Self.report.lines(for: Terminal(width: nil), at: Self.now) == [
                "KIND          ID  MODELS        FROM               UNTIL              BY             WHY",
                "acknowledge   a1  llama         2027-01-15T07:58Z  recovery           me             4711",
                "silence       b2  gpt-4o        2027-01-15T07:59Z  2027-01-15T09:00Z  ops            noisy",
                "maintenance   c3  llama*, qwen  2027-01-15T08:00Z  2027-01-15T10:00Z                 New GPUs",
                "maintenance   –   all           2027-01-15T08:00Z  2027-01-15T10:00Z  configuration  Moving",
                "announcement  d4  all           2027-01-15T08:01Z  taken back                        Farewell",
            ])
    }

    @Test(arguments: [40, 60, 80, 100])
    func `it fits any width, and its ids stay whole`(_ width: Int) {
        let lines = Self.report.lines(for: Terminal(width: width), at: Self.now)
        #expect(lines.count == 6)
        for (line, id) in zip(lines.dropFirst(), ["a1", "b2", "c3", "–", "d4"]) {
            #expect(DisplayWidth.of(line) <= width && line.contains(" \(id) "), "\(line)")
        }
    }

    @Test
    func `without notices it says so`() {
        let report = NoticeReport(notices: [], maintenance: [], announcements: [])
        #expect(report.lines(for: Terminal(width: 80), at: Self.now) == ["no notices"])
    }
}
