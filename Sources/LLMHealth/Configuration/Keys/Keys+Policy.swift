import Health

extension HealthPolicy {
    /// Made of the policy's own list, so that a new number is a new key.
    static let section = Section("the policy", HealthPolicy(), check: checkOrder, policyKeys)

    private static let policyKeys: [Key<HealthPolicy>] = {
        var groups: [String] = []
        var keys: [Key<HealthPolicy>] = []
        for parameter in parameters {
            let parts = parameter.key.split(separator: ".").map(String.init)
            if parts.count == 1 {
                keys.append(parameter.key(named: parts[0]))
            } else if !groups.contains(parts[0]) {
                groups.append(parts[0])
                let members = parameters.filter { $0.key.hasPrefix(parts[0] + ".") }
                    .map { $0.key(named: String($0.key.dropFirst(parts[0].count + 1))) }
                keys.append(Key(parts[0], group: members, of: HealthPolicy(), "the numbers below"))
            }
        }
        return keys
    }()

    private static func checkOrder(
        _ policy: HealthPolicy, _ node: ConfigurationNode, _ reader: inout ConfigurationReader
    ) {
        if policy.errors.leastNoise > policy.errors.mostNoise {
            reader.note(node["errors"] ?? node, "`leastNoise` is above `mostNoise`; swap them")
        }
        for (name, times) in [
            ("fastConfirmations", policy.outage.fastConfirmations),
            ("slowConfirmations", policy.outage.slowConfirmations),
        ] where times.isEmpty || zip(times, times.dropFirst()).contains(where: { $0 >= $1 }) {
            reader.note(node["outage"]?[name] ?? node, "`\(name)` must hold rising times, such as [2s, 5s, 8s]")
        }
    }
}

extension HealthPolicy.Parameter {
    private static let durations = Duration.milliseconds(1)...(.seconds(30 * 86_400))

    fileprivate func key(named name: String) -> Key<HealthPolicy> {
        switch path {
        case .number(let path, let range): return Key(name, path, .number(range), description)
        case .count(let path, let range): return Key(name, path, .whole(range), description)
        case .duration(let path): return Key(name, path, .duration(Self.durations), description)
        case .durations(let path): return Key(name, path, .list(.duration(Self.durations)), description)
        }
    }

    /// The unit goes on into the meaning ("changes that count …"), or stands after it.
    private var description: String {
        if unit.hasPrefix("duration") || meaning.contains(unit) { return meaning }
        if ["of ", "that ", "within ", "without "].contains(where: meaning.hasPrefix) { return "\(unit) \(meaning)" }
        return switch unit {
        case "fraction": "\(meaning), as a fraction"
        case "×": "\(meaning), as a factor"
        default: "\(meaning), in \(unit)"
        }
    }
}
