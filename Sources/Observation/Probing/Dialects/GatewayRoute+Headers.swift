import Health

/// How a gateway is told what to do with a probe (provider facts §1.2, §13).
extension GatewayRoute {
    /// Where the request goes: one provider, never a fallback of the gateway's own.
    var routingHeaders: [(name: String, value: String)] {
        var headers: [(String, String)] = []
        // LiteLLM routes by the model's name alone.
        guard kind == .portkey else { return headers }
        if let provider { headers.append(("x-portkey-provider", provider)) }
        if let customHost { headers.append(("x-portkey-custom-host", customHost)) }
        if let config { headers.append(("x-portkey-config", config)) }
        if let apiKey { headers.append(("x-portkey-api-key", apiKey.reveal())) }
        if let virtualKey { headers.append(("x-portkey-virtual-key", virtualKey.reveal())) }
        return headers
    }

    /// What marks the request as a probe and bounds it.
    func probeHeaders(_ config: ProbeConfig, trace: String) -> [(name: String, value: String)] {
        // A little sooner than our own deadline, so that it is the gateway that says who was too slow.
        let milliseconds = max(1, Int(config.timeout.milliseconds * 0.95))
        guard kind == .portkey else {
            let seconds = (Double(milliseconds) / 1_000 * 100).rounded() / 100
            return [("x-litellm-timeout", "\(max(0.01, seconds))"), ("x-litellm-call-id", trace)]
        }
        var headers = [
            ("x-portkey-trace-id", trace),
            ("x-portkey-metadata", Self.metadata(config.metadata)),
            ("x-portkey-request-timeout", "\(milliseconds)"),
        ]
        // An answer from the cache says nothing of the model; the open-source gateway has no cache.
        if isHosted { headers.append(("x-portkey-cache-force-refresh", "true")) }
        return headers
    }

    /// All that must never be shown: the keys, and those inside an inline config.
    var secrets: [Secret] {
        [apiKey, virtualKey].compactMap { $0 } + (config.flatMap { JSONText.parse($0) }.map(Self.keys) ?? [])
    }

    /// A JSON object of strings, in ASCII as headers must be; a hosted gateway refuses values over 128 characters.
    private static func metadata(_ metadata: [String: JSONValue]) -> String {
        let texts = metadata.mapValues { value in
            JSONValue.string(String((value.string ?? JSONText.text(value)).prefix(128)))
        }
        return JSONText.text(.object(texts)).unicodeScalars.map { scalar -> String in
            guard !scalar.isASCII else { return String(scalar) }
            return scalar.utf16.map { unit in
                let hex = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            }.joined()
        }.joined()
    }

    private static func keys(in value: JSONValue) -> [Secret] {
        switch value {
        case .array(let items): items.flatMap(keys)
        case .object(let fields):
            fields.flatMap { name, value -> [Secret] in
                let isKey = ["key", "token", "secret", "authorization"].contains { name.lowercased().contains($0) }
                if isKey, let text = value.string { return [Secret(text)] }
                return keys(in: value)
            }
        default: []
        }
    }
}
