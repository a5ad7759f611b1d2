import Health

extension ProbeClassifier {
    /// What a gateway reports of its own connection to the provider.
    func outcome(byWay refusal: Refusal) -> Outcome? {
        let text = String(refusal.error.message.prefix(2_000))
        if text.contains("fetch failed"), let cause = wayCause(text) {
            return failing(
                cause, "\(gatewayName) cannot reach \(provider)\(quote(fetchText(refusal.error.message)))",
                refusal.answered)
        }
        if let code = refusal.exchange.header("x-squid-error")?.lowercased() {
            // A proxy that could not get through; that it refuses us is told elsewhere.
            let causes: [(String, Outcome.Cause)] = [
                ("err_connect_fail", .connectionRefused), ("err_dns_fail", .dns), ("err_read_timeout", .timeout),
                ("err_lifetime_exp", .timeout), ("err_read_error", .connectionReset), ("err_secure_connect_fail", .tls),
            ]
            if let cause = causes.first(where: { code.hasPrefix($0.0) })?.1 {
                return failing(
                    cause, "The proxy in between cannot reach \(provider) (\(refusal.told))\(quote(refusal.said))",
                    refusal.answered)
            }
        }
        guard isLiteLLM(refusal.exchange) || text.contains("litellm."), refusal.status >= 500 || refusal.status == 408
        else { return nil }
        let isConnection = refusal.words.mention(any: [
            "connection error", "cannot connect to host", "all connection attempts failed", "connection refused",
            "name or service not known", "connection reset",
        ])
        if isConnection {
            let cause = wayCause(text).flatMap { $0 == .other ? nil : $0 } ?? .connectionRefused
            return failing(cause, "\(gatewayName) cannot reach \(provider)\(quote(refusal.said))", refusal.answered)
        }
        if refusal.words.mention(any: ["litellm.timeout", "apitimeouterror", "request timed out"]) {
            return failing(
                .timeout,
                "\(gatewayName) got no answer from \(provider) in time (\(refusal.told))\(quote(refusal.said))",
                refusal.answered)
        }
        return nil
    }

    /// What undici, aiohttp and httpx report of a connection that failed (rows D, D', D'').
    private func wayCause(_ message: String) -> Outcome.Cause? {
        let text = message.lowercased()
        func has(_ words: String...) -> Bool { words.contains { text.contains($0) } }
        if has("econnrefused", "ehostunreach", "enetunreach", "connection refused") { return .connectionRefused }
        if has("enotfound", "eai_again", "getaddrinfo", "name or service not known", "nodename nor servname") {
            return .dns
        }
        if has("econnreset", "other side closed", "socket hang up", "epipe", "connection reset", "disconnected") {
            return .connectionReset
        }
        if has("certificate", "ssl", "tls") { return .tls }
        if has("timeout", "timedout", "timed out") { return .timeout }
        return .other
    }

    private func fetchText(_ message: String) -> String {
        guard let start = message.firstRange(of: "Cause: ")?.upperBound else { return "" }
        let rest = message[start...]
        return String(rest[..<(rest.firstRange(of: " Name:")?.lowerBound ?? rest.endIndex)])
    }
}
