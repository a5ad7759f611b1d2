/// Why the daemon did not start, or a part of it could not: one sentence that says what to do.
public struct StartError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and what to do, one sentence.
    public var message: String

    init(_ message: String) { self.message = message }

    public var description: String { message }
}
