import Health
import Logging
import Observation
import TestSupport
import Testing

@testable import LLMHealth

@Suite("File descriptors of the process")
struct ProcessTests {
    private static let wishes = DescriptorBudget.Wishes(
        probes: 256, connections: 2_048, streams: 1_000, polls: 4, idleTimeout: .seconds(2))

    @Test(arguments: [40, 64, 100, 256, 512, 1_024, 4_096, 20_000, 1 << 20])
    func `what is shared out fits the limit`(limit: Int) {
        let open = 14
        let budget = DescriptorBudget(limit: limit, open: open, wishes: Self.wishes)
        #expect(budget.probes >= 2 && budget.connections >= 4 && budget.streams >= 1)
        #expect(budget.probes <= 256 && budget.connections <= 2_048 && budget.streams <= 1_000)
        if limit >= 64 {
            #expect(open + DescriptorBudget.files + 4 + budget.probes + budget.connections <= limit)
        }
        if limit >= 4_096 {
            #expect(budget.probes == 256 && budget.idleTimeout == .seconds(2))
            #expect(budget.connections == 2_048 && budget.streams == 1_000)
        } else {
            #expect(budget.idleTimeout < .seconds(1))
        }
    }

    @Test
    func `a larger limit never gives less`() {
        var last = DescriptorBudget(limit: 16, open: 14, wishes: Self.wishes)
        for limit in 17..<5_000 {
            let next = DescriptorBudget(limit: limit, open: 14, wishes: Self.wishes)
            #expect(next.probes >= last.probes && next.connections >= last.connections)
            last = next
        }
    }

    @Test
    func `the limit is raised as far as it may be`() throws {
        let limit = try #require(DescriptorLimit.raise())
        #expect(limit.soft == DescriptorLimit.current?.soft)
        #if os(Linux)
        #expect(limit.soft == limit.hard)
        #endif
        #expect(try #require(DescriptorLimit.open) > 2)
    }

    @Test
    func `hardly any left is told once, and that there are enough again`() async throws {
        let intake = Intake()
        let time = ManualTime()
        var watch = ProcessWatch(
            limit: DescriptorLimit(soft: 100, hard: 100), intake: intake, timekeeper: time.timekeeper,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        var wasShort: Bool?
        for (open, isShort) in [(50, false), (95, true), (nil, true), (94, false)] as [(Int?, Bool)] {
            watch.open = { open }
            wasShort = watch.look(wasShort: wasShort)
            #expect(wasShort == isShort)
        }
        intake.finish()
        var seen: [(Bool, String)] = []
        for await item in intake.evidence {
            if case .component(.process, "descriptors", let isUp, let detail) = item.kind {
                seen.append((isUp, detail))
            }
        }
        #expect(seen.map(\.0) == [true, false, false, true])
        #expect(seen[1].1.contains("95 of 100") && seen[1].1.contains("LimitNOFILE"))
        #expect(seen[2].1.contains("all 100"))
    }
}
