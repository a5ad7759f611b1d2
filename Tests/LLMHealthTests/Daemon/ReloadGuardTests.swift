import Health
import Testing

@testable import LLMHealth

@Suite("Reload of the configuration", .timeLimit(.minutes(1)))
struct ReloadGuardTests {
    @Test
    func `files are read once they stand still`() {
        var files = SettledFiles(["a 10"])
        let looks: [(String, Bool)] = [
            ("a 10", false), ("a 0", false), ("a 7", false), ("a 12", false), ("a 12", true), ("a 12", false),
            // Empty for a moment, and back as it was.
            ("a 0", false), ("a 12", false), ("a 12", false), ("a 0", false), ("a 0", true),
        ]
        for (step, (look, isRead)) in looks.enumerated() { #expect(files.hasChanged(to: [look]) == isRead, "\(step)") }
    }

    struct Row: Sendable {
        var before: [String]
        var after: [String]
        var isTaken: Bool
    }

    static let rows: [Row] = [
        Row(before: ["a", "b", "c", "d"], after: ["a", "b", "c"], isTaken: true),
        Row(before: ["a", "b", "c", "d"], after: ["a", "b", "x"], isTaken: true),
        Row(before: ["a", "b", "c", "d"], after: ["a", "x", "y", "z"], isTaken: false),
        Row(before: ["a", "b", "c", "d"], after: [], isTaken: false),
        Row(before: ["a"], after: [], isTaken: false),
        // Of two models one may well be renamed.
        Row(before: ["a", "b"], after: ["x", "y"], isTaken: true),
        Row(before: [], after: [], isTaken: true),
        Row(before: [], after: ["a"], isTaken: true),
    ]

    @Test(arguments: rows)
    func `a fleet that would lose most of its models is kept until somebody asks twice`(row: Row) {
        func refusal(_ gate: inout ReloadGuard, _ next: Configuration, isSignalled: Bool) -> String? {
            gate.refusal(
                next, before: row.before.map { ModelID($0) }, after: row.after.map { ModelID($0) },
                isSignalled: isSignalled)
        }
        var gate = ReloadGuard()
        var next = Configuration()
        next.limits.intake = 1_000
        #expect((refusal(&gate, next, isSignalled: false) == nil) == row.isTaken)
        // The file changes again to the same: nobody has asked for it.
        #expect((refusal(&gate, next, isSignalled: false) == nil) == row.isTaken)
        #expect(refusal(&gate, next, isSignalled: true) == nil)

        var signalled = ReloadGuard()
        let first = refusal(&signalled, next, isSignalled: true)
        #expect((first == nil) == row.isTaken)
        if let first { #expect(first.contains("Send SIGHUP again")) }
        // Another configuration is another question.
        var other = next
        other.limits.intake = 2_000
        #expect((refusal(&signalled, other, isSignalled: true) == nil) == row.isTaken)
        #expect(refusal(&signalled, other, isSignalled: true) == nil)
    }
}
