import HTTPTypes

/// The part of a request's headers that goes into the log.
enum HeaderDigest {
    private static let kept: Set<String> = [
        "accept", "accept-encoding", "content-type", "user-agent", "anthropic-version", "anthropic-beta", "traceparent",
        "baggage",
    ]
    private static let secret: Set<String> = [
        "authorization", "x-api-key", "api-key", "x-portkey-api-key", "x-portkey-virtual-key", "cookie",
        "proxy-authorization",
    ]

    static func digest(_ headers: HTTPFields) -> [String: String] {
        var digest: [String: String] = [:]
        for field in headers {
            let name = field.name.canonicalName
            if secret.contains(name) {
                digest[name] = "present"
            } else if name == "x-portkey-config" {
                digest[name] = withoutSecrets(field.value)
            } else if kept.contains(name) || name.hasPrefix("x-portkey-") || name.hasPrefix("x-request") {
                digest[name] = field.value
            }
        }
        return digest
    }

    /// A gateway configuration with its keys blanked; one that is no JSON is a saved configuration's id.
    private static func withoutSecrets(_ text: String) -> String {
        guard let config = try? JSON(parsing: text) else { return text }
        return blanked(config).text
    }

    private static func blanked(_ value: JSON) -> JSON {
        switch value {
        case .object(let members):
            .object(
                members.map { member in
                    let isSecret = member.key.hasSuffix("key") || member.key.hasSuffix("token")
                    return JSON.Member(key: member.key, value: isSecret ? "present" : blanked(member.value))
                })
        case .array(let values): .array(values.map(blanked))
        default: value
        }
    }
}
