package import Health

/// The exit codes of the command line (design §8.17).
package enum CommandExit: Int32, Sendable, Hashable {
    /// All is well; degraded counts as well unless the check is strict.
    case success = 0
    /// A model is unhealthy.
    case failing = 1
    /// Wrong arguments, a wrong configuration, or a daemon that could not start.
    case usage = 2
    /// Nothing could be found out.
    case unknown = 3

    /// What a round over models comes to.
    ///
    /// - Parameter isStrict: whether a degraded model fails the check.
    package init(_ models: [ModelHealthStatus], isStrict: Bool = false) {
        if models.contains(where: { $0.status == .unhealthy }) {
            self = .failing
        } else if models.isEmpty || models.contains(where: { $0.status == .unknown }) {
            self = .unknown
        } else {
            self = isStrict && models.contains { $0.status == .degraded } ? .failing : .success
        }
    }
}

/// An error in words, one line a problem, as every command writes it to standard error.
package enum ErrorLines {
    package static func lines(of error: any Error) -> [String] {
        let texts =
            switch error {
            case let error as ConfigurationError: error.lines
            case let error as any CustomStringConvertible: [error.description]
            default: ["something went wrong that should not (\(type(of: error))); please report it"]
            }
        return texts.map { "llm-health: " + DisplayWidth.sanitized($0) }
    }
}
