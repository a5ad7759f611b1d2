import Health

/// When changed files are read: what is being written is looked at again, and a change counts once two looks agree.
struct SettledFiles: Sendable {
    private var settled: [String]
    private var seen: [String]

    /// - Parameter fingerprint: names, sizes and times of the files.
    init(_ fingerprint: [String]) {
        settled = fingerprint
        seen = fingerprint
    }

    /// - Returns: whether the files have changed since they last were read, and stand still now.
    mutating func hasChanged(to fingerprint: [String]) -> Bool {
        defer { seen = fingerprint }
        guard fingerprint == seen, fingerprint != settled else { return false }
        settled = fingerprint
        return true
    }
}

/// Whether a changed configuration is taken up: a file that is empty or cut short for a moment, as an editor or a mounted
/// map may leave it, must not empty the fleet.
struct ReloadGuard: Sendable {
    /// The configuration that was refused; the same one is taken on a signal.
    private var refused: Configuration?

    init() {}

    /// Why a configuration is not taken up; `nil` where it is.
    ///
    /// - Parameters:
    ///   - before: the models that are watched by configuration now.
    ///   - after: those that would be.
    ///   - isSignalled: whether somebody asks for it, rather than a file having changed. The first signal is told what
    ///     would be lost; the second takes it.
    mutating func refusal(
        _ next: Configuration, before: [ModelID], after: [ModelID], isSignalled: Bool
    ) -> String? {
        let lost = Set(before).subtracting(after).count
        let isGutted = !before.isEmpty && (after.isEmpty || lost * 2 > before.count && before.count > 2)
        guard isGutted, !(isSignalled && refused == next) else {
            refused = nil
            return nil
        }
        refused = next
        let rest = after.isEmpty ? "no model" : "\(before.count - lost) of \(before.count) models"
        return
            "The changed configuration would leave \(rest); the old one stays. Send SIGHUP\(isSignalled ? " again" : "") "
            + "to take it up all the same."
    }
}
