/// A key or token. It can be sent, and neither printed, logged, encoded nor mirrored.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    /// Any text; never shown from here on.
    public init(_ value: String) { self.value = value }

    /// The bare value, for the one place that puts it on the wire.
    public func reveal() -> String { value }

    public var description: String { "<secret>" }
    public var debugDescription: String { "<secret>" }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// The text with every occurrence of the secret replaced: upstream errors echo keys.
    public func redact(_ text: String) -> String {
        guard value.utf8.count >= 6, text.contains(value) else { return text }
        return text.split(separator: value, omittingEmptySubsequences: false).joined(separator: "<secret>")
    }
}
