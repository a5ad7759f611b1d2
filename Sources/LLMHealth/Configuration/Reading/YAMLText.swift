import Yams

/// Reads one YAML document into nodes that know where they were written.
///
/// Merge keys (`<<`) and aliases are resolved here; a node that came by an alias keeps the place where it was written.
struct YAMLText {
    /// Aliases multiply: a document that unfolds to more nodes than this is refused.
    static let mostNodes = 200_000
    /// Deeper than any configuration, and shallow enough for the stack.
    static let deepest = 64
    static let largestFile = 4 << 20

    private let file: String
    private let text: String
    private var count = 0
    private(set) var problems: [ConfigurationProblem] = []

    private init(file: String, text: String) {
        self.file = file
        self.text = text
    }

    /// - Parameters:
    ///   - place: stands in for the file and line of every node, for texts that are no files.
    /// - Returns: the root, an empty map for an empty document; `nil` when the text is no YAML at all.
    static func read(
        _ text: String, file: String, place: Origin? = nil
    ) -> (root: ConfigurationNode?, problems: [ConfigurationProblem]) {
        var reader = YAMLText(file: file, text: text)
        guard reader.checkNesting() else { return (nil, reader.problems) }
        do {
            // Without rules: what a plain scalar means is decided by the key that it is written for.
            guard let node = try Yams.compose(yaml: text, .basic, .default, .utf8) else {
                return (ConfigurationNode(.map([]), place ?? Origin(file: file)), [])
            }
            let root = reader.convert(node, depth: 0)
            return (place.map { root.moved(to: $0) } ?? root, reader.problems)
        } catch let error as YamlError {
            reader.note(error, place: place)
        } catch {
            reader.problems.append(ConfigurationProblem(place ?? Origin(file: file), "cannot be read as YAML"))
        }
        return (nil, reader.problems)
    }

    /// The parser below recurses, so brackets are counted before it sees them; those within quotes count too, which
    /// no sane document notices.
    private mutating func checkNesting() -> Bool {
        var depth = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { depth += 1 }
            if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { depth = max(0, depth - 1) }
            if depth > 512 {
                problems.append(ConfigurationProblem(Origin(file: file), "is nested too deeply; flatten it"))
                return false
            }
        }
        return true
    }

    private func origin(_ mark: Mark?) -> Origin {
        Origin(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1)
    }

    private mutating func convert(_ node: Node, depth: Int) -> ConfigurationNode {
        let origin = origin(node.mark)
        count += 1
        guard depth < Self.deepest, count <= Self.mostNodes else {
            if count <= Self.mostNodes + 1 {
                count = Self.mostNodes + 1
                problems.append(
                    ConfigurationProblem(
                        origin, depth < Self.deepest ? "unfolds to too much; use fewer aliases" : "is nested too deeply"
                    ))
            }
            count += 1
            return ConfigurationNode(.nothing, origin)
        }
        switch node {
        case .scalar(let scalar):
            return ConfigurationNode(content(of: scalar), origin)
        case .sequence(let sequence):
            return ConfigurationNode(.list(sequence.map { convert($0, depth: depth + 1) }), origin)
        case .mapping(let mapping):
            return ConfigurationNode(.map(entries(of: mapping, depth: depth)), origin)
        case .alias:
            problems.append(ConfigurationProblem(origin, "refers to an anchor that is not there"))
            return ConfigurationNode(.nothing, origin)
        }
    }

    private func content(of scalar: Node.Scalar) -> ConfigurationNode.Content {
        let isPlain = scalar.style == .plain && scalar.tag.rawValue != Tag.Name.str.rawValue
        if isPlain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) { return .nothing }
        return .scalar(.init(text: scalar.string, isPlain: isPlain))
    }

    private mutating func entries(of mapping: Node.Mapping, depth: Int) -> [ConfigurationNode.Entry] {
        var entries: [ConfigurationNode.Entry] = []
        var merged: [ConfigurationNode.Entry] = []
        for (key, value) in mapping {
            let keyOrigin = origin(key.mark)
            guard case .scalar(let name) = key else {
                problems.append(ConfigurationProblem(keyOrigin, "a key must be a plain text"))
                continue
            }
            let value = convert(value, depth: depth + 1)
            if name.string == "<<", name.style == .plain {
                merged += entriesToMerge(value)
            } else {
                entries.append(.init(key: name.string, keyOrigin: keyOrigin, value: value))
            }
        }
        // What is written wins over what is merged, and of two merged maps the first.
        var known = Set(entries.map(\.key))
        for entry in merged where known.insert(entry.key).inserted { entries.append(entry) }
        return entries
    }

    private mutating func entriesToMerge(_ value: ConfigurationNode) -> [ConfigurationNode.Entry] {
        switch value.content {
        case .map(let entries): return entries
        case .list(let items) where items.allSatisfy({ $0.entries != nil }): return items.flatMap { $0.entries ?? [] }
        default:
            problems.append(
                ConfigurationProblem(value.origin, "'<<' merges a map or a list of maps, not \(value.kind)"))
            return []
        }
    }

    private typealias Position = (line: Int, column: Int)

    private mutating func note(_ error: YamlError, place: Origin?) {
        let (at, message): (Position?, String) =
            switch error {
            case .scanner(_, let problem, let mark, _) where problem.contains("cannot start any token"):
                (
                    position(mark),
                    "is no valid YAML here: indent with spaces, not tabs, and quote texts that begin with @ or `"
                )
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
                (
                    position(mark),
                    "is no valid YAML here (\(problem)); check the indentation, colons and quotes of this line"
                )
            case .composer(_, let problem, let mark, _) where problem.contains("another document"):
                (position(mark), "a second document begins here; put it in a file of its own")
            case .composer(_, _, let mark, _):
                (position(mark), "refers to an anchor that is not defined above; write '&name' before '*name'")
            case .reader(_, let offset, _, _):
                (offset.map(position(at:)), "holds a character that YAML does not allow; remove it or write it as \\u…")
            case .duplicatedKeysInMapping(let keys, let context):
                duplicate(keys.first ?? "", first: context.mark)
            default: (nil, "cannot be read as YAML")
            }
        let found = Origin(file: file, line: at?.line ?? 1, column: at?.column ?? 1)
        problems.append(ConfigurationProblem(place ?? found, message))
    }

    private func position(_ mark: Mark) -> Position { (mark.line, mark.column) }

    private func position(at offset: Int) -> Position {
        let before = text.prefix(offset)
        let line = before.reduce(1) { $1.isNewline ? $0 + 1 : $0 }
        let column = before.reversed().prefix { !$0.isNewline }.count + 1
        return (line, column)
    }

    /// The parser tells where a duplicate key was written first; the reader wants the second place.
    private func duplicate(_ key: String, first: Mark) -> (Position?, String) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let indent = first.column - 1
        for (index, line) in lines.enumerated().dropFirst(first.line) {
            let depth = line.prefix { $0 == " " }.count
            let rest = line.dropFirst(depth)
            if rest.isEmpty || rest.hasPrefix("#") { continue }
            if depth < indent { break }
            let bare = rest.drop { $0 == "\"" || $0 == "'" }
            if depth == indent, bare.hasPrefix(key),
                bare.dropFirst(key.count).first.map({ ":\"'".contains($0) }) == true
            {
                return (
                    (index + 1, first.column),
                    "'\(key)' is written twice in this map (first in line \(first.line)); remove one"
                )
            }
        }
        return (position(first), "'\(key)' is written twice in this map; remove one")
    }
}

extension ConfigurationNode {
    /// The same value, written elsewhere.
    func moved(to origin: Origin) -> ConfigurationNode {
        switch content {
        case .nothing, .scalar: ConfigurationNode(content, origin)
        case .list(let items): ConfigurationNode(.list(items.map { $0.moved(to: origin) }), origin)
        case .map(let entries):
            ConfigurationNode(
                .map(entries.map { Entry(key: $0.key, keyOrigin: origin, value: $0.value.moved(to: origin)) }), origin)
        }
    }
}
