import Health

/// What may be written for a key: what the schema, the reference and the environment know of it.
indirect enum Shape: Sendable {
    /// Any text; `form` names it for people, `pattern` is a regular expression for the schema.
    case text(form: String, pattern: String?)
    case choice([String])
    case flag
    case whole(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case duration(ClosedRange<Duration>)
    /// A text, `{env: NAME}`, `{file: PATH}` or `{value: TEXT}`.
    case secret
    case list(Shape)
    /// Values by name; `name` says what the names are.
    case map(Shape, name: String)
    case section(SectionShape)
    case either([Shape])
    /// Any JSON.
    case anything

    /// The alternative that holds others, if there is one.
    var container: Shape? {
        switch self {
        case .list, .map, .section: self
        case .either(let shapes): shapes.lazy.compactMap(\.container).first
        default: nil
        }
    }

    /// The names of a section's keys.
    var keys: [String] { if case .section(let section)? = container { section.keys.map(\.name) } else { [] } }
}

/// The keys of one kind of map.
struct SectionShape: Sendable {
    /// Names it for people: "a model".
    var name: String
    var keys: [KeyShape]
    /// Keys that begin with `x-` are left alone, as places for anchors.
    var allowsExtensions: Bool
}

struct KeyShape: Sendable {
    var name: String
    var shape: Shape
    var meaning: String
    /// What stands where nothing is written; `nil` when nothing does.
    var standard: String?
    var isRequired: Bool
}
