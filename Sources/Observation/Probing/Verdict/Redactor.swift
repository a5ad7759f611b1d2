import Health

/// Takes everything secret out of a text that people will see, and leaves names in it.
///
/// Our own secrets go wherever eight characters in a row are theirs, in any case, so a shortened or masked echo does not
/// slip through; so does whatever has the shape of a key of anyone's (``KeyShape``). The names of the configuration stay:
/// a provider called `xai-eu` is no key, and a key that is called like its provider is no secret.
struct Redactor: Sendable {
    private let given: (secrets: [Secret], names: [String])

    static let placeholder = "<secret>"
    /// The longest sentence that is kept, in characters.
    static let longest = 300
    /// More of an upstream's text is not even looked at, in bytes.
    private static let horizon = 4_096

    /// - Parameter names: what is public: providers, models, gateways, hosts.
    init(_ secrets: [Secret] = [], names: [String] = []) { given = (secrets, names) }

    /// The text on one line, without secrets and without characters that change how others look, cut to `limit`.
    func clean(_ text: String, limit: Int = Redactor.longest) -> String {
        guard !text.isEmpty else { return text }
        let visible = Words(given.secrets, names: given.names).hide(in: Self.withoutFormatting(text))
        let line = visible.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
        return line.count <= limit ? line : line.prefix(limit - 1) + "…"
    }

    // MARK: Characters that are not seen

    /// Controls become spaces; what turns, joins or hides other characters goes: bidi controls, zero-width ones, tags.
    private static func withoutFormatting(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        var bytes = 0
        for scalar in text.unicodeScalars {
            bytes += UTF8.width(scalar)
            guard bytes <= horizon else { break }
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: scalars.append(" ")
            case .format, .surrogate, .privateUse, .unassigned: break
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }
}

/// What a redactor looks for: made when there is a text to clean, which most answers have not.
private struct Words {
    /// Longest first, lower-case.
    private let secrets: [[UInt8]]
    /// Lower-case.
    private let names: Set<String>

    /// A secret shorter than this is an ordinary word in too many places.
    private static let shortest = 4
    /// So many characters in a row of a secret are an echo of it.
    private static let run = 8

    init(_ secrets: [Secret], names: [String]) {
        self.names = Set(names.map { $0.lowercased() }.filter { $0.count >= 3 })
        let isName = self.names.contains
        let bytes = secrets.map { $0.reveal() }.filter { !isName($0.lowercased()) }
            .map { Self.lowered(Array($0.utf8)) }.filter { $0.count >= Self.shortest }
        self.secrets = Set(bytes).sorted { $0.count > $1.count }
    }

    func hide(in text: String) -> String { withoutKeyShapes(withoutSecrets(text)) }

    // MARK: Our own secrets

    private func withoutSecrets(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard !secrets.isEmpty, !bytes.isEmpty else { return text }
        let lowered = Self.lowered(bytes)
        var isSecret = [Bool](repeating: false, count: bytes.count)
        for secret in secrets { mark(secret, in: lowered, &isSecret) }
        guard isSecret.contains(true) else { return text }
        for name in names { unmark(Array(name.utf8), in: lowered, &isSecret) }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if isSecret[index] {
                result += Array(Redactor.placeholder.utf8)
                while index < bytes.count, isSecret[index] { index += 1 }
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private func mark(_ secret: [UInt8], in text: [UInt8], _ isSecret: inout [Bool]) {
        let length = min(secret.count, Self.run)
        guard text.count >= length else { return }
        let runs = Set((0...(secret.count - length)).map { secret[$0..<($0 + length)] })
        for start in 0...(text.count - length) where runs.contains(text[start..<(start + length)]) {
            for index in start..<(start + length) { isSecret[index] = true }
        }
    }

    /// A name that shares a run with a secret stays where it stands by itself: what is marked is within it, and no more.
    private func unmark(_ name: [UInt8], in text: [UInt8], _ isSecret: inout [Bool]) {
        guard !name.isEmpty, text.count >= name.count else { return }
        for start in 0...(text.count - name.count) where text[start..<(start + name.count)].elementsEqual(name) {
            let end = start + name.count
            let isCut = start > 0 && isSecret[start - 1] || end < text.count && isSecret[end]
            if !isCut { for index in start..<end { isSecret[index] = false } }
        }
    }

    private static func lowered(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { (65...90).contains($0) ? $0 + 32 : $0 }
    }

    // MARK: Anybody's keys

    private func withoutKeyShapes(_ text: String) -> String {
        var result = ""
        var word = ""
        var lead = KeyShape.Lead.none
        func flush() {
            guard !word.isEmpty else { return }
            result += isName(word) || !KeyShape.fits(word, after: lead) ? word : Redactor.placeholder
            lead = KeyShape.Lead(word)
            word = ""
        }
        for character in text {
            if character.isLetter || character.isNumber || "-_*.+=/".contains(character) {
                word.append(character)
            } else {
                flush()
                if !" :\"'`(".contains(character) { lead = .none }
                result.append(character)
            }
        }
        flush()
        return result
    }

    /// A name of ours, or a path of names.
    private func isName(_ word: String) -> Bool {
        guard !names.isEmpty else { return false }
        let plain = word.lowercased()
        let trimmed = plain.hasSuffix(".") ? String(plain.dropLast()) : plain
        return names.contains(trimmed)
            || names.contains { name in
                trimmed.hasPrefix("\(name)/") && !KeyShape.fits(String(word.dropFirst(name.count + 1)), after: .none)
            }
    }
}
