/// A value that most owners never have, kept elsewhere so that those who have none pay a word for it.
struct Boxed<Value: Sendable>: Sendable {
    /// One, or none.
    private var kept: [Value]

    init(_ value: Value? = nil) { kept = value.map { [$0] } ?? [] }

    var isNone: Bool { kept.isEmpty }
    var value: Value? { kept.first }

    /// Changes it in place, if there is one.
    mutating func update(_ body: (inout Value) -> Void) {
        if !kept.isEmpty { body(&kept[0]) }
    }
}
