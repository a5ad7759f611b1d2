/// One line that grows from empty to full; nothing where nobody watches.
struct ProgressBar {
    private let terminal: Terminal
    private let write: (String) -> Void
    private var last = -1

    private static let cells = 30

    /// - Parameter write: to standard error, so that output in a pipe stays clean.
    init(_ terminal: Terminal, write: @escaping (String) -> Void) {
        self.terminal = terminal
        self.write = write
    }

    /// - Parameter fraction: 0…1.
    mutating func show(_ fraction: Double, _ what: String) {
        guard terminal.isInteractive else { return }
        let permille = Int((min(max(fraction, 0), 1) * 1_000).rounded(.down))
        guard permille != last else { return }
        last = permille
        let full = permille * Self.cells / 1_000
        let (on, off) = terminal.hasUnicode ? ("█", "░") : ("#", "-")
        let bar = String(repeating: on, count: full) + String(repeating: off, count: Self.cells - full)
        let percent = String(repeating: " ", count: max(0, 3 - "\(permille / 10)".count)) + "\(permille / 10)"
        write("\r\u{1B}[2K\(bar) \(percent) %  \(DisplayWidth.fit(what, to: max((terminal.width ?? 80) - 40, 10)))")
    }

    /// Takes the line away again.
    func clear() {
        if terminal.isInteractive, last >= 0 { write("\r\u{1B}[2K") }
    }
}
