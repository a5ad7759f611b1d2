import Health

/// What was written, with the place where each piece of it stands.
struct ConfigurationNode: Sendable {
    enum Content: Sendable {
        /// A key with nothing behind it.
        case nothing
        case scalar(Scalar)
        case list([ConfigurationNode])
        case map([Entry])
    }
    struct Scalar: Sendable {
        var text: String
        /// Written without quotes, and so perhaps a number or a truth.
        var isPlain = true
        /// Holds the value of an environment variable, which is never repeated in a message.
        var isExpanded = false
    }
    struct Entry: Sendable {
        var key: String
        var keyOrigin: Origin
        var value: ConfigurationNode
    }

    var content: Content
    var origin: Origin

    init(_ content: Content, _ origin: Origin) {
        self.content = content
        self.origin = origin
    }

    init(text: String, _ origin: Origin) {
        self.init(.scalar(Scalar(text: text)), origin)
    }

    var entries: [Entry]? {
        switch content {
        case .map(let entries): entries
        case .nothing: []
        default: nil
        }
    }
    var items: [ConfigurationNode]? {
        switch content {
        case .list(let items): items
        case .nothing: []
        default: nil
        }
    }
    var scalar: Scalar? { if case .scalar(let scalar) = content { scalar } else { nil } }
    var isNothing: Bool { if case .nothing = content { true } else { false } }

    /// The value of a map's key.
    subscript(key: String) -> ConfigurationNode? {
        get { entries?.first { $0.key == key }?.value }
        set {
            guard var entries else { return }
            let at = entries.firstIndex { $0.key == key }
            switch (at, newValue) {
            case (let at?, let value?): entries[at].value = value
            case (let at?, nil): entries.remove(at: at)
            case (nil, let value?): entries.append(Entry(key: key, keyOrigin: value.origin, value: value))
            case (nil, nil): return
            }
            content = .map(entries)
        }
    }

    /// What it is, for a sentence.
    var kind: String {
        switch content {
        case .nothing: "nothing"
        case .scalar(let scalar): scalar.isPlain ? "a plain value" : "a text"
        case .list: "a list"
        case .map: "a map"
        }
    }

    /// The value as JSON; plain scalars become what YAML's core schema makes of them.
    var json: JSONValue {
        switch content {
        case .nothing: .null
        case .list(let items): .array(items.map(\.json))
        case .map(let entries): .object(Dictionary(entries.map { ($0.key, $0.value.json) }) { $1 })
        case .scalar(let scalar):
            if !scalar.isPlain {
                .string(scalar.text)
            } else {
                switch scalar.text {
                case "null", "Null", "NULL", "~", "": .null
                case "true", "True", "TRUE": .bool(true)
                case "false", "False", "FALSE": .bool(false)
                default: PlainNumber.read(scalar.text).map(JSONValue.number) ?? .string(scalar.text)
                }
            }
        }
    }
}

/// Numbers as YAML and JSON write them; `Double("nan")` and `Double("0x1p3")` are none of them.
enum PlainNumber {
    static func read(_ text: String) -> Double? {
        guard let first = text.first, first.isNumber || "+-.".contains(first),
            text.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }),
            let value = Double(text), value.isFinite
        else { return nil }
        return value
    }

    /// A whole number, digits may be grouped with `_`.
    static func readWhole(_ text: String) -> Int? { Int(text.filter { $0 != "_" }) }
}
