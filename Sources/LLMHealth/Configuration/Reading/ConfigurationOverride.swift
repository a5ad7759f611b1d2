/// A value that wins over what the files say: from the environment or the command line.
public struct ConfigurationOverride: Sendable, Hashable {
    /// Keys from the top, in any case; entries of lists by number, id or name.
    let path: [String]
    let value: String
    let origin: Origin

    /// An argument of the command line, such as `--port 9000` for `server.port`.
    public init(argument: String, path: [String], value: String) {
        self.path = path
        self.value = value
        origin = Origin(.argument(argument))
    }

    init(variable: String, path: [String], value: String) {
        self.path = path
        self.value = value
        origin = Origin(.variable(variable))
    }

    static let prefix = "LLM_HEALTH_"
    /// Read elsewhere: by the command line and by the project's own tests.
    private static let reserved: Set<String> = ["CONFIG", "URL", "TOKEN", "ONLY_TESTS"]

    /// The overrides in an environment, by name: `LLM_HEALTH_SERVER__PORT` is `server.port`.
    static func all(
        in environment: [String: String], known: Shape, problems: inout [ConfigurationProblem]
    ) -> [ConfigurationOverride] {
        var result: [ConfigurationOverride] = []
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(prefix) {
            let rest = String(name.dropFirst(prefix.count))
            if reserved.contains(rest) || rest.hasPrefix("TEST_") || isKubernetesServiceLink(rest) { continue }
            let path = rest.components(separatedBy: "__")
            if path.count == 1, !known.keys.contains(where: { Self.fold($0) == Self.fold(rest) }) {
                let problem = ConfigurationProblem(
                    Origin(.variable(name)),
                    "is no setting of ours; \(advice(on: rest, known: known)) or unset it")
                problems.append(problem)
                continue
            }
            result.append(ConfigurationOverride(variable: name, path: path, value: value))
        }
        return result
    }

    /// Kubernetes sets these for a Service that is called llm-health.
    private static func isKubernetesServiceLink(_ rest: String) -> Bool {
        rest == "PORT" || rest.hasPrefix("PORT_") || rest == "SERVICE_HOST" || rest.hasPrefix("SERVICE_PORT")
    }

    private static func advice(on rest: String, known: Shape) -> String {
        for key in known.keys where rest.uppercased().hasPrefix(key.uppercased() + "_") {
            let name = prefix + key.uppercased() + "__" + rest.dropFirst(key.count + 1)
            return "levels are joined by two underscores: write \(name),"
        }
        return "write \(prefix)SECTION__KEY, such as \(prefix)SERVER__PORT,"
    }

    /// Names as variables can spell them: letters and digits alone, in one case.
    static func fold(_ text: String) -> String {
        String(text.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) })
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}

/// Puts overrides into a tree.
struct OverrideWriter {
    private(set) var problems: [ConfigurationProblem] = []

    mutating func apply(_ override: ConfigurationOverride, to root: inout ConfigurationNode, shape: Shape) {
        set(override.path[...], of: &root, shape: shape, override)
    }

    private mutating func set(
        _ path: ArraySlice<String>, of node: inout ConfigurationNode, shape: Shape, _ override: ConfigurationOverride
    ) {
        guard let segment = path.first else {
            node = value(override, shape: shape)
            return
        }
        let rest = path.dropFirst()
        let folded = ConfigurationOverride.fold(segment)
        switch shape.container {
        case .section(let section):
            guard let key = section.keys.first(where: { ConfigurationOverride.fold($0.name) == folded }) else {
                return note(
                    override,
                    "unknown key '\(segment)'; \(Spelling.hint(for: segment, among: section.keys.map(\.name)))")
            }
            descend(into: key.name, rest, of: &node, shape: key.shape, override)
        case .map(let values, _):
            let known = node.entries?.map(\.key) ?? []
            let key = known.first { ConfigurationOverride.fold($0) == folded } ?? segment.lowercased()
            descend(into: key, rest, of: &node, shape: values, override)
        case .list(let elements):
            var items = node.items ?? []
            let names = items.map { item in
                (item["id"] ?? item["model"] ?? item["name"])?.scalar.map { ConfigurationOverride.fold($0.text) }
            }
            guard let index = Int(segment) ?? names.firstIndex(of: folded), (0...items.count).contains(index) else {
                return note(
                    override,
                    "the list has no entry '\(segment)'; write its number (0 to \(items.count)), id or name")
            }
            if index == items.count { items.append(ConfigurationNode(.nothing, override.origin)) }
            set(rest, of: &items[index], shape: elements, override)
            node.content = .list(items)
        default:
            note(override, "there is nothing below this key; leave out '__\(segment)'")
        }
    }

    private mutating func descend(
        into key: String, _ rest: ArraySlice<String>, of node: inout ConfigurationNode, shape: Shape,
        _ override: ConfigurationOverride
    ) {
        if node.entries == nil { node = ConfigurationNode(.map([]), override.origin) }
        var child = node[key] ?? ConfigurationNode(.nothing, override.origin)
        set(rest, of: &child, shape: shape, override)
        if node.isNothing { node.content = .map([]) }
        node[key] = child
    }

    /// Lists and maps are written as YAML, on one line; a list of plain values also with commas alone.
    private mutating func value(_ override: ConfigurationOverride, shape: Shape) -> ConfigurationNode {
        let text = override.value
        let plain = ConfigurationNode(text: text, override.origin)
        guard shape.container != nil else { return plain }
        let trimmed = text.drop { $0.isWhitespace }
        if trimmed.hasPrefix("[") || trimmed.hasPrefix("{") {
            let (node, problems) = YAMLText.read(text, file: override.origin.description, place: override.origin)
            self.problems += problems
            return node ?? ConfigurationNode(.nothing, override.origin)
        }
        if case .list(let element)? = shape.container, element.container == nil {
            let items = text.split(separator: ",").map { item in
                ConfigurationNode(text: String(item.drop { $0 == " " }), override.origin)
            }
            return ConfigurationNode(.list(items), override.origin)
        }
        return plain
    }

    private mutating func note(_ override: ConfigurationOverride, _ message: String) {
        problems.append(ConfigurationProblem(override.origin, message))
    }
}
