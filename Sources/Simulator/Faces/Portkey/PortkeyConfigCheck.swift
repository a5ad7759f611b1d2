/// The gateway's check of a configuration, with the messages that it was recorded to give.
enum PortkeyConfigCheck {
    /// What is wrong, as the gateway lists it; empty when nothing is.
    static func errors(in config: JSON, trusting hosts: TrustedHosts) -> [String] {
        check(config, path: [], hosts).map { "path: \($0.path.joined(separator: ",")), message: \($0.message)" }
    }

    private struct Finding {
        var path: [String]
        var message: String
    }

    private static func check(_ config: JSON, path: [String], _ hosts: TrustedHosts) -> [Finding] {
        guard config.members != nil else {
            return [Finding(path: path, message: "Expected object, received \(typeName(config))")]
        }
        var findings: [Finding] = []
        if let strategy = config["strategy"] { findings += checkStrategy(strategy, path: path + ["strategy"]) }
        if let provider = config["provider"] {
            if !PortkeyProviders.all.contains(provider.string ?? "") {
                findings.append(
                    Finding(
                        path: path + ["provider"],
                        message:
                            "Invalid 'provider' value. Must be one of: \(PortkeyProviders.all.joined(separator: ", "))")
                )
            }
        }
        for (key, expected) in [("api_key", "string"), ("weight", "number"), ("request_timeout", "number")] {
            guard let value = config[key], typeName(value) != expected else { continue }
            findings.append(Finding(path: path + [key], message: "Expected \(expected), received \(typeName(value))"))
        }
        if let retry = config["retry"], retry["attempts"]?.int == nil {
            findings.append(Finding(path: path + ["retry", "attempts"], message: "Required"))
        }
        if let host = config["custom_host"]?.string, !hosts.allow(host) {
            findings.append(Finding(path: path + ["custom_host"], message: "Invalid custom host"))
        }
        for (index, target) in (config["targets"]?.array ?? []).enumerated() {
            findings += check(target, path: path + ["targets", String(index)], hosts)
        }
        // The gateway looks at the whole only once each part is well formed.
        if findings.isEmpty, !isComplete(config) {
            findings.append(
                Finding(
                    path: path,
                    message:
                        "Invalid configuration. It must have either 'provider' and 'api_key', or 'strategy' and 'targets', or 'cache', or 'retry', or 'request_timeout'"
                ))
        }
        return findings
    }

    private static func checkStrategy(_ strategy: JSON, path: [String]) -> [Finding] {
        var findings: [Finding] = []
        let modes = PortkeyConfig.Strategy.Mode.allCases.map(\.rawValue)
        if !modes.contains(strategy["mode"]?.string ?? "") {
            findings.append(
                Finding(
                    path: path + ["mode"],
                    message: "Invalid 'mode' value. Must be one of: \(modes.joined(separator: ", "))"))
        }
        if let codes = strategy["on_status_codes"], codes.array == nil {
            findings.append(
                Finding(path: path + ["on_status_codes"], message: "Expected array, received \(typeName(codes))"))
        }
        return findings
    }

    private static func isComplete(_ config: JSON) -> Bool {
        if let provider = config["provider"]?.string {
            if config["api_key"] != nil || PortkeyProviders.keyless.contains(provider) { return true }
        }
        if config["strategy"] != nil, config["targets"] != nil { return true }
        return ["cache", "retry", "request_timeout"].contains { config[$0]?.isTruthy ?? false }
    }

    private static func typeName(_ value: JSON) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
