#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What the place where our output goes can show.
package struct Terminal: Sendable, Hashable {
    /// A person looks at it, rather than a file or a pipe.
    package var isInteractive: Bool
    /// Columns; `nil` where nothing bounds them.
    package var width: Int?
    /// Rows; `nil` where nothing bounds them.
    package var height: Int?
    package var hasColor: Bool
    /// Whether other characters than ASCII come out right.
    package var hasUnicode: Bool

    package init(
        isInteractive: Bool = false, width: Int? = nil, height: Int? = nil, hasColor: Bool = false,
        hasUnicode: Bool = true
    ) {
        self.isInteractive = isInteractive
        self.width = width
        self.height = height
        self.hasColor = hasColor
        self.hasUnicode = hasUnicode
    }

    /// Standard output as it is now; ask again after the window may have changed.
    package static func standardOutput(environment: [String: String]) -> Terminal {
        of(STDOUT_FILENO, environment)
    }

    /// Standard error, where progress is shown.
    package static func standardError(environment: [String: String]) -> Terminal { of(STDERR_FILENO, environment) }

    private static func of(_ descriptor: Int32, _ environment: [String: String]) -> Terminal {
        Terminal(isInteractive: isatty(descriptor) == 1, size: windowSize(descriptor), environment: environment)
    }

    /// - Parameter size: columns and rows as the terminal itself tells them.
    init(isInteractive: Bool, size: (columns: Int, rows: Int)?, environment: [String: String]) {
        func number(_ name: String) -> Int? { environment[name].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } }
        self.isInteractive = isInteractive
        // A size that somebody wrote wins over the one that is told, as in every other program.
        width = number("COLUMNS") ?? (isInteractive ? size?.columns ?? 80 : nil)
        height = number("LINES") ?? (isInteractive ? size?.rows : nil)
        // https://no-color.org: any value but the empty one.
        hasColor = isInteractive && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let charset = locale.uppercased().filter { $0 != "-" }
        // Without a locale we cannot know; a pipe carries any bytes.
        hasUnicode = !isInteractive || charset.isEmpty || charset.hasSuffix("UTF8")
    }

    private static func windowSize(_ descriptor: Int32) -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    package var ellipsis: String { hasUnicode ? "…" : "..." }
}

/// How a piece of text stands out, where colour can be shown.
package enum TextStyle: String, Sendable, Hashable {
    case good = "32"
    case warning = "33"
    case bad = "31"
    case faint = "2"
    case strong = "1"

    /// The text between the codes that switch the style on and off; nothing is added where there is no colour.
    package func apply(to text: String, on terminal: Terminal) -> String {
        terminal.hasColor ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }
}
