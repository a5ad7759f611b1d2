import Testing

@testable import LLMHealth

@Suite("Tables for people", .timeLimit(.minutes(5)))
struct TextTableTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("naïve", 5), ("nai\u{308}ve", 5), ("模型", 4), ("ｶﾅ", 2), ("한국", 4), ("👍", 2), ("👩‍👩‍👧", 2),
        ("🇦🇹", 2), ("❤️", 2),
        ("❤", 1), ("a\u{200B}b", 2), ("…", 1), ("✖ ▲ ●", 5),
    ])
    func `the width of a text is that of its glyphs`(_ text: String, _ width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test(arguments: [
        ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("abcdef", 1, "…"), ("abcdef", 0, ""), ("模型模型", 8, "模型模型"),
        ("模型模型", 7, "模型模…"),
        ("模型模型", 6, "模型…"), ("模型", 1, "…"), ("a👩‍👩‍👧b", 3, "a…"), ("a👩‍👩‍👧b", 4, "a👩‍👩‍👧b"),
        ("ne\u{301}e\u{301}e\u{301}", 3, "ne\u{301}…"),
    ])
    func `a text is cut between glyphs and never wider than asked`(_ text: String, _ columns: Int, _ fitted: String) {
        #expect(DisplayWidth.fit(text, to: columns) == fitted)
        #expect(DisplayWidth.of(DisplayWidth.fit(text, to: columns)) <= columns)
    }

    @Test
    func `a text from elsewhere cannot steer the terminal`() {
        #expect(
            DisplayWidth.sanitized("a\u{1B}[2Jb\u{9B}c\nd\u{7F}\u{202E}e\u{0}")
                == "a\u{FFFD}[2Jb\u{FFFD}c d\u{FFFD}\u{FFFD}e\u{FFFD}")
    }

    private static let table: TextTable = {
        var table = TextTable([
            .init("STATUS"), .init("MODEL", comfortable: 16, least: 8), .init("PROVIDER", dispensability: 1),
            .init("P50", .right, dispensability: 2), .init("REASON", least: 10),
        ])
        table.append([.init("healthy", .good), "gpt-4o-mini", "openai", "412 ms", "Probes and traffic succeed."])
        table.append([
            .init("unhealthy", .bad), "通义千问-72b", "dashscope", "–", "连接被拒绝 on every look since 10:00, five in a row.",
        ])
        return table
    }()

    @Test
    func `wide enough, everything is whole and aligned`() {
        #expect(
            Self.table.lines(for: Terminal(width: 200)) == [
                "STATUS     MODEL         PROVIDER      P50  REASON",
                "healthy    gpt-4o-mini   openai     412 ms  Probes and traffic succeed.",
                "unhealthy  通义千问-72b  dashscope       –  连接被拒绝 on every look since 10:00, five in a row.",
            ])
        #expect(Self.table.lines(for: Terminal()) == Self.table.lines(for: Terminal(width: 200)))
    }

    @Test
    func `at 80 columns the reason is shortened`() {
        #expect(
            Self.table.lines(for: Terminal(width: 80)) == [
                "STATUS     MODEL         PROVIDER      P50  REASON",
                "healthy    gpt-4o-mini   openai     412 ms  Probes and traffic succeed.",
                "unhealthy  通义千问-72b  dashscope       –  连接被拒绝 on every look since 10:0…",
            ])
    }

    @Test
    func `at 40 columns what can be spared is left out, names before sentences`() {
        #expect(
            Self.table.lines(for: Terminal(width: 40)) == [
                "STATUS     MODEL         REASON",
                "healthy    gpt-4o-mini   Probes and tra…",
                "unhealthy  通义千问-72b  连接被拒绝 on …",
            ])
    }

    @Test(arguments: [1, 5, 10, 20, 33, 40, 57, 80, 120])
    func `no line is ever wider than the terminal`(_ width: Int) {
        for line in Self.table.lines(for: Terminal(width: width)) { #expect(DisplayWidth.of(line) <= max(width, 15)) }
    }

    @Test
    func `colour is there where a terminal shows it, and changes no width`() {
        let plain = Self.table.lines(for: Terminal(isInteractive: true, width: 80))
        let coloured = Self.table.lines(for: Terminal(isInteractive: true, width: 80, hasColor: true))
        #expect(coloured[2].hasPrefix("\u{1B}[31munhealthy\u{1B}[0m  "))
        #expect(plain == coloured.map { $0.replacing(/\u{1B}\[\d+m/, with: "") })
    }

    @Test(arguments: [
        (true, ["TERM": "xterm"], Terminal(isInteractive: true, width: 100, height: 30, hasColor: true)),
        (true, ["NO_COLOR": "1"], Terminal(isInteractive: true, width: 100, height: 30)),
        (true, ["NO_COLOR": ""], Terminal(isInteractive: true, width: 100, height: 30, hasColor: true)),
        (true, ["TERM": "dumb"], Terminal(isInteractive: true, width: 100, height: 30)),
        (
            true, ["COLUMNS": "60", "LINES": "10"],
            Terminal(isInteractive: true, width: 60, height: 10, hasColor: true)
        ),
        (
            true, ["LANG": "C"],
            Terminal(isInteractive: true, width: 100, height: 30, hasColor: true, hasUnicode: false)
        ),
        (
            true, ["LANG": "C", "LC_ALL": "de_AT.UTF-8"],
            Terminal(isInteractive: true, width: 100, height: 30, hasColor: true)
        ),
        (false, ["LANG": "C"], Terminal()), (false, ["COLUMNS": "60"], Terminal(width: 60)),
        (false, ["COLUMNS": "x"], Terminal()),
    ])
    func `what the output can show`(_ isInteractive: Bool, _ environment: [String: String], _ terminal: Terminal) {
        #expect(Terminal(isInteractive: isInteractive, size: (100, 30), environment: environment) == terminal)
    }
}
