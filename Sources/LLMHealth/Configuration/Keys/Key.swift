import Health

/// How one kind of value is read, described and shown.
struct Format<Value: Sendable>: Sendable {
    var shape: Shape
    /// `nil` when the node holds no such value; the reader then knows the problem.
    var read: @Sendable (ConfigurationNode, inout ConfigurationReader) -> Value?
    /// How the value would be written; `nil` when it is empty or secret.
    var show: @Sendable (Value) -> String?
}

/// One key of a section: its name, what it means, and how its value gets into the section's type.
///
/// The tables of keys are the one source of the reader, the JSON Schema, the reference and the overrides.
struct Key<Root: Sendable>: Sendable {
    let name: String
    let meaning: String
    let shape: Shape
    let isRequired: Bool
    let standard: @Sendable (Root) -> String?
    let read: @Sendable (ConfigurationNode, inout Root, inout ConfigurationReader) -> Void

    /// A key that always has a value.
    init<Value: Sendable>(
        _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ format: Format<Value>, _ meaning: String,
        isRequired: Bool = false
    ) {
        self.name = name
        self.meaning = meaning
        self.isRequired = isRequired
        shape = format.shape
        standard = { isRequired ? nil : format.show($0[keyPath: path]) }
        read = { node, root, reader in
            if let value = format.read(node, &reader) { root[keyPath: path] = value }
        }
    }

    /// A key that may be left out; `standard` says what holds then.
    init<Value: Sendable>(
        _ name: String, optional path: any WritableKeyPath<Root, Value?> & Sendable, _ format: Format<Value>,
        _ meaning: String, standard: String? = nil
    ) {
        self.name = name
        self.meaning = meaning
        isRequired = false
        shape = format.shape
        self.standard = { _ in standard }
        read = { node, root, reader in
            if let value = format.read(node, &reader) { root[keyPath: path] = value }
        }
    }
}

extension Key {
    /// Keys of the root itself that are written one level down.
    init(
        _ name: String, group keys: [Key<Root>], of standard: @autoclosure @escaping @Sendable () -> Root,
        _ meaning: String
    ) {
        let section = Section("the settings of `\(name)`", standard(), keys)
        self.init(
            name: name, meaning: meaning, shape: .section(section.shape), isRequired: false, standard: { _ in nil },
            read: { node, root, reader in
                guard let entries = node.entries else {
                    reader.note(node, "takes a map, not \(node.kind)")
                    return
                }
                section.fill(&root, with: node, entries, &reader)
            })
    }

    private init(
        name: String, meaning: String, shape: Shape, isRequired: Bool, standard: @escaping @Sendable (Root) -> String?,
        read: @escaping @Sendable (ConfigurationNode, inout Root, inout ConfigurationReader) -> Void
    ) {
        self.name = name
        self.meaning = meaning
        self.shape = shape
        self.isRequired = isRequired
        self.standard = standard
        self.read = read
    }
}

/// A map with known keys.
struct Section<Root: Sendable>: Sendable {
    let name: String
    let keys: [Key<Root>]
    let allowsExtensions: Bool
    private let make: @Sendable () -> Root
    private let check: @Sendable (Root, ConfigurationNode, inout ConfigurationReader) -> Void

    /// - Parameters:
    ///   - name: names it for people, with its article.
    ///   - make: a value with its defaults.
    ///   - check: looks at the whole once all keys are read without a problem.
    init(
        _ name: String, _ make: @autoclosure @escaping @Sendable () -> Root, allowsExtensions: Bool = false,
        check: @escaping @Sendable (Root, ConfigurationNode, inout ConfigurationReader) -> Void = { _, _, _ in },
        _ keys: [Key<Root>]
    ) {
        self.name = name
        self.keys = keys
        self.allowsExtensions = allowsExtensions
        self.make = make
        self.check = check
    }

    var shape: SectionShape {
        let standard = make()
        return SectionShape(
            name: name,
            keys: keys.map {
                KeyShape(
                    name: $0.name, shape: $0.shape, meaning: $0.meaning, standard: $0.standard(standard),
                    isRequired: $0.isRequired)
            }, allowsExtensions: allowsExtensions)
    }

    func read(_ node: ConfigurationNode, _ reader: inout ConfigurationReader) -> Root? {
        guard let entries = node.entries else {
            reader.note(
                node, "takes \(name), a map with the keys \(keys.map(\.name).joined(separator: ", ")), not \(node.kind)"
            )
            return nil
        }
        var root = make()
        let problemsBefore = reader.problems.count
        fill(&root, with: node, entries, &reader)
        if reader.problems.count == problemsBefore { check(root, node, &reader) }
        return root
    }

    /// Reads what is written for the keys, and notes what is unknown or missing.
    fileprivate func fill(
        _ root: inout Root, with node: ConfigurationNode, _ entries: [ConfigurationNode.Entry],
        _ reader: inout ConfigurationReader
    ) {
        for entry in entries {
            guard let key = keys.first(where: { $0.name == entry.key }) else {
                if allowsExtensions, entry.key.hasPrefix("x-") { continue }
                let hint = Spelling.hint(for: entry.key, among: keys.map(\.name))
                reader.problems.append(
                    ConfigurationProblem(
                        entry.keyOrigin, "unknown key '\(reader.path(entry.key))'; \(hint)", path: reader.path))
                continue
            }
            reader.within(key.name) { reader in
                reader.origins[reader.path] = entry.value.origin
                // A key with nothing behind it is a key not written, except where its presence says something.
                if case .section? = key.shape.container {} else if entry.value.isNothing { return }
                key.read(entry.value, &root, &reader)
            }
        }
        for key in keys where key.isRequired && node[key.name]?.isNothing != false {
            reader.note(node, "\(name) needs the key '\(key.name)': \(key.meaning)")
        }
    }

    /// The section as a kind of value.
    var format: Format<Root> {
        Format(shape: .section(shape), read: { read($0, &$1) }, show: { _ in nil })
    }
}

/// What is carried along while a tree is read.
struct ConfigurationReader: Sendable {
    var problems: [ConfigurationProblem] = []
    /// Where the values of all keys were written, by their path (`models[0].provider`).
    var origins: [String: Origin] = [:]
    /// Lists of which an entry could not be read at all.
    var broken: [String] = []
    /// What has been read as a secret, which no later message may repeat.
    var secrets: [Secret] = []
    /// Files that secrets came from.
    var files: [String] = []
    let environment: [String: String]
    private(set) var path = ""

    init(environment: [String: String]) { self.environment = environment }

    /// The path of a key below the present one.
    func path(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// Notes a problem of the present key.
    mutating func note(_ node: ConfigurationNode, _ message: String) {
        problems.append(
            ConfigurationProblem(
                node.origin, path.isEmpty ? message : "\(path): \(message)", path: path.isEmpty ? nil : path))
    }

    mutating func within<Result>(_ key: String, _ body: (inout ConfigurationReader) -> Result) -> Result {
        let outer = path
        path = path(key)
        defer { path = outer }
        return body(&self)
    }

    mutating func within<Result>(index: Int, _ body: (inout ConfigurationReader) -> Result) -> Result {
        let outer = path
        path += "[\(index)]"
        defer { path = outer }
        return body(&self)
    }
}
