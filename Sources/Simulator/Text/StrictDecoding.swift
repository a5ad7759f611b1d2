import Basics

/// Decoding that names what is wrong: an unknown key is an error with a suggestion, never ignored.
enum StrictDecoding {
    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int?
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// The keyed container, after a check that it has no other keys than those of `Key`.
    static func container<Key: CodingKey & CaseIterable>(
        of decoder: any Decoder, keyedBy keys: Key.Type, what: String
    ) throws -> KeyedDecodingContainer<Key> {
        let known = Key.allCases.map(\.stringValue)
        for key in try decoder.container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
            let hint = suggestion(for: key.stringValue, among: known).map { "; did you mean '\($0)'?" } ?? ""
            throw invalid(
                "unknown key '\(key.stringValue)' in \(what)\(hint) (known: \(known.joined(separator: ", ")))",
                at: decoder.codingPath + [key]
            )
        }
        return try decoder.container(keyedBy: keys)
    }

    /// The error for a value that is well formed and still wrong.
    static func invalid(_ message: String, at path: [any CodingKey]) -> DecodingError {
        .dataCorrupted(DecodingError.Context(codingPath: path, debugDescription: message))
    }

    /// One of the words of an enumeration.
    static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        of what: String, from decoder: any Decoder
    ) throws -> Choice {
        let word = try decoder.singleValueContainer().decode(String.self)
        if let choice = Choice(rawValue: word) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        let hint = suggestion(for: word, among: known).map { "; did you mean '\($0)'?" } ?? ""
        throw invalid(
            "unknown \(what) '\(word)'\(hint) (known: \(known.joined(separator: ", ")))", at: decoder.codingPath)
    }

    /// The known word that is at most two edits away; nil when none is.
    static func suggestion(for word: String, among known: [String]) -> String? {
        known.map { (word: $0, distance: editDistance($0.lowercased(), word.lowercased())) }
            .filter { $0.distance <= 2 }
            .min { $0.distance < $1.distance }?.word
    }

    private static func editDistance(_ a: String, _ b: String) -> Int {
        let target = Array(b)
        var row = Array(0...target.count)
        for (i, character) in a.enumerated() {
            var previous = row[0]
            row[0] = i + 1
            for j in target.indices {
                let replaced = previous + (character == target[j] ? 0 : 1)
                previous = row[j + 1]
                row[j + 1] = min(replaced, previous + 1, row[j] + 1)
            }
        }
        return row[target.count]
    }
}

/// A duration as it stands in YAML and JSON: text with a unit.
struct TextDuration: Codable, Sendable, Equatable {
    var duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let duration = DurationText.parse(text, asGo: true) else {
            throw StrictDecoding.invalid(
                "'\(text)' is no duration; write for example 500ms, 20s or 1m30s", at: decoder.codingPath)
        }
        self.duration = duration
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(DurationText.write(duration))
    }
}
