import Health
import UnixSignals

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Shows a fleet again and again until it is interrupted: in place on a terminal, one report after another elsewhere.
package struct FleetWatch: Sendable {
    private let interval: Duration
    private let url: String?
    private let fetch: @Sendable () async throws(DaemonClientError) -> FleetReport
    private let terminal: @Sendable () -> Terminal
    private let isJSON: Bool
    private let write: @Sendable (String) -> Void

    /// - Parameters:
    ///   - url: of the daemon, which is shown.
    ///   - terminal: asked before each drawing, since windows change their size.
    ///   - isJSON: one line of JSON for each report instead of tables.
    ///   - write: where the text goes, as it is.
    package init(
        every interval: Duration, url: String? = nil, isJSON: Bool, terminal: @escaping @Sendable () -> Terminal,
        write: @escaping @Sendable (String) -> Void,
        fetch: @escaping @Sendable () async throws(DaemonClientError) -> FleetReport
    ) {
        self.interval = interval
        self.url = url
        self.fetch = fetch
        self.terminal = terminal
        self.isJSON = isJSON
        self.write = write
    }

    /// Runs until SIGINT or SIGTERM, and then leaves the terminal as it was.
    ///
    /// - Throws: ``DaemonClientError`` when the first report cannot be had; later ones are waited for.
    package func run(clock: some Clock<Duration> = ContinuousClock()) async throws {
        let first = try await fetch()
        let isInPlace = terminal().isInteractive && !isJSON
        // From here on a signal ends the loop instead of the process.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        if isInPlace { write(Self.enter) }
        defer { if isInPlace { write(Self.leave) } }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in signals { return } }
            group.addTask { await draw(from: first, isInPlace: isInPlace, clock: clock) }
            await group.next()
            group.cancelAll()
        }
    }

    private func draw(from first: FleetReport, isInPlace: Bool, clock: some Clock<Duration>) async {
        var report = first
        var trouble: String?
        while !Task.isCancelled {
            show(report, trouble: trouble, isInPlace: isInPlace)
            do { try await clock.sleep(for: interval) } catch { return }
            do throws(DaemonClientError) {
                report = try await fetch()
                trouble = nil
            } catch {
                trouble = error.message
            }
        }
    }

    func show(_ report: FleetReport, trouble: String?, isInPlace: Bool) {
        if isJSON {
            guard trouble == nil, let data = try? HealthJSON.encoder().encode(report) else { return }
            return write(String(decoding: data, as: UTF8.self) + "\n")
        }
        let terminal = terminal()
        let now = Date()
        // On a screen of its own what sums up stands on top, where no number of models pushes it out.
        var lines = isInPlace ? report.head(for: terminal, at: now, url: url) : []
        if let trouble {
            let text = terminal.width.map { DisplayWidth.fit(trouble, to: $0, ellipsis: terminal.ellipsis) } ?? trouble
            lines.append(TextStyle.bad.apply(to: text, on: terminal))
        }
        lines +=
            isInPlace ? [""] + report.table(for: terminal, at: now) : report.lines(for: terminal, at: now, url: url)
        write(isInPlace ? Self.frame(lines, height: terminal.height) : lines.joined(separator: "\n") + "\n\n")
    }

    // MARK: - Drawing in place

    /// The other screen, without a cursor: what was there before comes back afterwards.
    static let enter = "\u{1B}[?1049h\u{1B}[?25l"
    static let leave = "\u{1B}[?25h\u{1B}[?1049l"

    /// The lines over whatever was there, each cleared to its end, so that nothing flickers and nothing is left over.
    static func frame(_ lines: [String], height: Int?) -> String {
        var shown = lines
        if let height, height > 1, lines.count > height {
            shown = lines.prefix(height - 1) + ["… \(lines.count - height + 1) more lines; make the window higher"]
        }
        return "\u{1B}[H" + shown.map { $0 + "\u{1B}[K" }.joined(separator: "\n") + "\u{1B}[J"
    }
}
