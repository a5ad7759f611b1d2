/// Puts variables of the environment into texts: `${NAME}`, `${NAME:-default}`; `$${` stands for `${`.
struct Variables {
    let environment: [String: String]
    private(set) var problems: [ConfigurationProblem] = []
    /// What has been put into texts: nothing of it is ever shown.
    private(set) var values: Set<String> = []

    init(_ environment: [String: String]) { self.environment = environment }

    /// The node with every scalar in it expanded.
    mutating func expand(_ node: ConfigurationNode, path: String = "") -> ConfigurationNode {
        var node = node
        switch node.content {
        case .nothing: break
        case .list(let items): node.content = .list(items.enumerated().map { expand($1, path: "\(path)[\($0)]") })
        case .map(let entries):
            node.content = .map(
                entries.map { entry in
                    var entry = entry
                    entry.value = expand(entry.value, path: path.isEmpty ? entry.key : "\(path).\(entry.key)")
                    return entry
                })
        case .scalar(let scalar):
            guard scalar.text.contains("${") else { break }
            node.content = expand(scalar, node.origin, path)
        }
        return node
    }

    private mutating func expand(
        _ scalar: ConfigurationNode.Scalar, _ origin: Origin, _ path: String
    ) -> ConfigurationNode.Content {
        var result = ""
        var rest = Substring(scalar.text)
        var isExpanded = false
        while let start = rest.range(of: "${") {
            if rest[..<start.lowerBound].last == "$" {
                result += rest[..<start.lowerBound].dropLast() + "${"
                rest = rest[start.upperBound...]
                continue
            }
            result += rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            guard let end = rest.firstIndex(of: "}") else {
                note(
                    origin, path, "'${' is never closed; write ${NAME}, ${NAME:-default}, or $${ for the two characters"
                )
                return scalar.isPlain ? .nothing : .scalar(scalar)
            }
            let inside = rest[..<end]
            rest = rest[rest.index(after: end)...]
            isExpanded = true
            guard let value = value(of: inside, origin, path) else { return .nothing }
            values.insert(value)
            result += value
        }
        result += rest
        // `${NAME:-}` says that the value may be absent.
        if result.isEmpty, isExpanded { return .nothing }
        // What a variable holds has no quotes of its own, so `port: "${PORT}"` is a number too.
        let isPlain = scalar.isPlain || isExpanded
        return .scalar(.init(text: result, isPlain: isPlain, isExpanded: isExpanded))
    }

    private mutating func value(of inside: Substring, _ origin: Origin, _ path: String) -> String? {
        let parts = inside.range(of: ":-")
        let name = String(inside[..<(parts?.lowerBound ?? inside.endIndex)])
        guard Self.isName(name) else {
            note(origin, path, "'${…}' holds no name of an environment variable; write ${NAME} or ${NAME:-default}")
            return nil
        }
        if let value = environment[name], !value.isEmpty { return value }
        if let parts { return String(inside[parts.upperBound...]) }
        note(
            origin, path,
            Self.missing(
                name, isEmpty: environment[name] != nil, hint: "write ${\(Self.shown(name) ?? "NAME"):-default}"))
        return nil
    }

    private mutating func note(_ origin: Origin, _ path: String, _ message: String) {
        problems.append(ConfigurationProblem(origin, "\(path): \(message)", path: path))
    }

    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95
        }
    }

    /// The name, unless it might be a key that was pasted where a name belongs.
    static func shown(_ name: String) -> String? {
        guard isName(name) else { return nil }
        let isUpper = !name.utf8.contains { (97...122).contains($0) }
        return isUpper || name.utf8.count <= 16 ? name : nil
    }

    static func missing(_ name: String, isEmpty: Bool = false, hint: String) -> String {
        let named = shown(name) ?? "of the name written here"
        let what = isEmpty ? "the variable \(named) is empty" : "the environment has no variable \(named)"
        return "\(what); set it, or \(hint)"
    }
}

extension StringProtocol {
    /// The first place where a text occurs.
    func range(of text: String) -> Range<Index>? {
        guard let first = text.first else { return nil }
        var start = startIndex
        while let at = self[start...].firstIndex(of: first) {
            if self[at...].hasPrefix(text) { return at..<index(at, offsetBy: text.count) }
            start = index(after: at)
        }
        return nil
    }
}
