import Health

/// An open-source Portkey says "AI Gateway says hey!" at `/`; a hosted one has `/v1/health` (provider facts §1.1, §2.1).
struct PortkeyAdapter: GatewayAdapter {
    var isHosted: Bool

    var livenessPaths: [String] { [isHosted ? "/v1/health" : "/"] }
    var metricsPath: String { "/metrics" }

    func credentials(_ key: Secret) -> (name: String, value: Secret) { ("x-portkey-api-key", key) }

    func oddity(status: Int, body: [UInt8]) -> String? {
        let isWell = (200..<300).contains(status)
        if isHosted {
            let isSo = isWell && JSONText.parse(body)?["status"]?.string != "failure"
            return isSo ? nil : "though not like a hosted Portkey: is it an open-source gateway?"
        }
        let isSo = isWell && String(decoding: body.prefix(4_096), as: UTF8.self).contains("AI Gateway says hey")
        return isSo ? nil : "though not like an open-source Portkey: is it hosted, or something else?"
    }
}
