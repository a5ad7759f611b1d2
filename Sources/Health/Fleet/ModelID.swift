/// The name of a model, unique in the fleet. It may hold any character, `/` included.
public struct ModelID: Sendable, Hashable, Comparable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// As it is written in the configuration.
    public let rawValue: String

    /// Any text that is not empty.
    public init(_ rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { rawValue = value }
    public var description: String { rawValue }
    public static func < (a: ModelID, b: ModelID) -> Bool { a.rawValue < b.rawValue }
}

extension ModelID: Codable, CodingKeyRepresentable {
    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(String.self)
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
    public var codingKey: any CodingKey { rawValue.codingKey }
    public init?(codingKey: some CodingKey) { self.init(codingKey.stringValue) }
}
