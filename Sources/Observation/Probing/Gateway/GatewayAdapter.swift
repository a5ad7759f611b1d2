import Health

/// How one kind of gateway is asked whether it lives and for its own metrics. A further kind is one file and one line.
protocol GatewayAdapter: Sendable {
    /// Paths below the gateway's address, the one to ask first; the next is asked where one does not exist (404).
    var livenessPaths: [String] { get }
    /// Where its metrics are, below its address.
    var metricsPath: String { get }

    /// How it is told who asks.
    func credentials(_ key: Secret) -> (name: String, value: Secret)

    /// What is odd about an answer below 500, as the end of a sentence; `nil` for one that is as it should be.
    func oddity(status: Int, body: [UInt8]) -> String?
}

extension GatewayWatcher.Gateway {
    var manner: any GatewayAdapter {
        switch kind {
        case .portkey: PortkeyAdapter(isHosted: isHosted)
        case .litellm: LiteLLMAdapter()
        }
    }

    /// Its address, without `/v1`.
    var base: String {
        var base = url[...]
        while base.last == "/" { base.removeLast() }
        if base.hasSuffix("/v1") { base.removeLast(3) }
        return String(base)
    }
}
