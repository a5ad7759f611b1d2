/// An API that the simulator speaks, each on a port of its own.
package enum Face: String, Codable, Sendable, Hashable, CaseIterable {
    case openAI = "openai"
    case anthropic
    case portkey
    case ollama
    case lmStudio = "lmstudio"

    package init(from decoder: any Decoder) throws { self = try StrictDecoding.choice(of: "face", from: decoder) }

    /// Whether the face has models of its own; the gateway has none.
    package var holdsModels: Bool { self != .portkey }
}

/// What a simulator was asked that it cannot do.
package struct SimulatorError: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
