/// A value that most owners never have, kept elsewhere so that those who have none pay a word for it.
indirect enum Rare<Value: Sendable>: Sendable {
    case none
    case some(Value)

    init(_ value: Value?) { self = value.map { .some($0) } ?? .none }

    var value: Value? {
        if case .some(let value) = self { value } else { nil }
    }
}
