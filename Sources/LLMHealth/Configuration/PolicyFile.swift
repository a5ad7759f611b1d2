import Health

/// A policy by itself: what stands under `policy:` in a configuration, or a whole configuration, of which all else is
/// left alone.
enum PolicyFile {
    /// - Throws: every problem there is, each with its file, line and column.
    static func load(_ path: String, environment: [String: String]) throws(ConfigurationError) -> HealthPolicy {
        var problems: [ConfigurationProblem] = []
        guard let text = ConfigurationText.read(path, as: "policy", problems: &problems) else {
            throw ConfigurationError(problems)
        }
        let (root, found) = YAMLText.read(text, file: path)
        problems += found
        guard let root else { throw ConfigurationError(problems) }
        let known = Configuration.section.keys.map(\.name)
        let isWhole = root.entries?.contains { known.contains($0.key) } ?? false
        let written = isWhole ? root["policy"] ?? ConfigurationNode(.map([]), root.origin) : root
        var variables = Variables(environment)
        let node = variables.expand(written, path: isWhole ? "policy" : "")
        problems += variables.problems
        var reader = ConfigurationReader(environment: environment)
        let policy =
            isWhole
            ? reader.within("policy") { HealthPolicy.section.read(node, &$0) }
            : HealthPolicy.section.read(node, &reader)
        problems += reader.problems
        let secrets = variables.values.map { Secret($0) }
        guard problems.isEmpty, let policy else { throw ConfigurationError(problems.map { $0.redacting(secrets) }) }
        return policy
    }
}
