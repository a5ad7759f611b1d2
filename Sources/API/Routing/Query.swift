import Health

/// The parameters of a request's query, decoded as forms are (`+` is a space).
struct Query: Sendable {
    private var values: [String: String] = [:]

    /// - Throws: ``Problem`` for a name that is not in `known` or comes twice, and for broken percent-encoding.
    init(_ text: String?, known: [String]) throws(Problem) {
        guard let text, !text.isEmpty else { return }
        for part in text.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(pair[0]) else {
                throw .badParameter(String(pair[0]), "A parameter's name is not UTF-8 in percent-encoding.")
            }
            guard known.contains(name) else { throw .unknownParameter(name, known: known) }
            guard let value = pair.count == 2 ? Self.decoded(pair[1]) : "" else {
                throw .badParameter(name, "The value of \(name) is not UTF-8 in percent-encoding.")
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw .badParameter(name, "\(name) may be given only once.")
            }
        }
    }

    subscript(name: String) -> String? { values[name] }

    var isEmpty: Bool { values.isEmpty }

    /// The model that `modelId` names.
    func modelID() throws(Problem) -> ModelID {
        guard let id = values["modelId"], !id.isEmpty else {
            throw .badParameter("modelId", "modelId is needed: the model's name, percent-encoded.")
        }
        return ModelID(id)
    }

    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.next()?.hexDigit, let low = rest.next()?.hexDigit else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var hexDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
