import Health

/// What a probe of a local model has to say so that the model stays in memory just as long as without it.
package struct LocalStay: Sendable {
    /// `nil` where nothing has to be said.
    package var keepAlive: Duration?
    /// The context length it is loaded with: a request that wants another would load it anew.
    package var contextLength: Int?
    /// To be called when the probe has ended, whichever way.
    package var ended: @Sendable (_ isAnswered: Bool) -> Void

    package init(
        keepAlive: Duration? = nil, contextLength: Int? = nil,
        ended: @escaping @Sendable (_ isAnswered: Bool) -> Void = { _ in }
    ) {
        self.keepAlive = keepAlive
        self.contextLength = contextLength
        self.ended = ended
    }
}
