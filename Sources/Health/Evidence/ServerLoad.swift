/// What a model server says of its own load, in answer to a question that costs no inference (`/slots`, `/metrics`).
///
/// It tells a queue from a hang: requests that wait while tokens are being generated wait for a live engine.
public struct ServerLoad: Sendable, Hashable, Codable {
    /// Requests being worked on; `nil` where the server does not tell.
    public var running: Int?
    /// Requests in its queue.
    public var waiting: Int?
    /// Requests that it can work on at once.
    public var slots: Int?
    /// Tokens generated since the server started; only its movement means anything.
    public var generatedTokens: Double?

    /// What the server does not tell stays `nil`.
    public init(running: Int? = nil, waiting: Int? = nil, slots: Int? = nil, generatedTokens: Double? = nil) {
        self.running = running
        self.waiting = waiting
        self.slots = slots
        self.generatedTokens = generatedTokens
    }
}
