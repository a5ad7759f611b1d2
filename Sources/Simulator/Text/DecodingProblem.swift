/// A decoding error in a sentence: where, and what is wrong.
struct DecodingProblem: Sendable, Equatable, CustomStringConvertible {
    /// The place as a path: `models[2].behavior.share`; empty for the whole.
    var place: String
    var message: String
    /// The keys that lead to the place, for finding its line.
    var path: [PathStep]

    enum PathStep: Sendable, Equatable {
        case key(String)
        case index(Int)
    }

    init(_ error: DecodingError) {
        switch error {
        case .dataCorrupted(let context): self.init(context.codingPath, context.debugDescription)
        case .keyNotFound(let key, let context): self.init(context.codingPath, "'\(key.stringValue)' is missing")
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            self.init(context.codingPath, "a value of the type \(type) is expected here")
        @unknown default: self.init([], "cannot be read")
        }
    }

    private init(_ codingPath: [any CodingKey], _ message: String) {
        self.message = message
        path = codingPath.map { key in key.intValue.map(PathStep.index) ?? .key(key.stringValue) }
        place = path.reduce(into: "") { place, step in
            switch step {
            case .index(let index): place += "[\(index)]"
            case .key(let key): place += place.isEmpty ? key : ".\(key)"
            }
        }
    }

    var description: String { place.isEmpty ? message : "\(place): \(message)" }
}
