/// The truth about one gateway, and how it is asked whether it lives.
package struct GatewayWorld: Sendable {
    /// When it is gone (`gatewayLost`) or takes connections and answers nothing (`gatewayFrozen`).
    package var episodes: [Episode]
    /// Seconds after which whoever asks gives up, between two polls while all is well, and while something is suspicious.
    package var timeout = 5.0
    package var interval = 30.0
    package var suspiciousInterval = 5.0

    package init(episodes: [Episode]) { self.episodes = episodes }

    /// What asking at an instant comes to, and after how many seconds.
    package func answer(at time: Double) -> (isUp: Bool, latency: Double, detail: String) {
        switch episodes.first(where: { $0.contains(time) })?.trouble {
        case .gatewayLost: (false, 0.005, "the gateway refuses the connection")
        case .gatewayFrozen: (false, timeout, "the gateway does not answer")
        default: (true, 0.02, "It answers as it should.")
        }
    }
}
