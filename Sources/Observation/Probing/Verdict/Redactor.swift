import Health

/// Takes everything secret out of a text that people will see.
///
/// Our own secrets go wherever eight characters in a row are theirs, in any case, so a shortened or masked echo does not
/// slip through; so does whatever looks like a key of anyone's (`sk-…`, `AIza…`, `Bearer …`).
struct Redactor: Sendable {
    /// Longest first, lower-case.
    private let secrets: [[UInt8]]

    static let placeholder = "<secret>"
    /// The longest sentence that is kept, in characters.
    static let longest = 300
    /// More of an upstream's text is not even looked at, in bytes.
    private static let horizon = 4_096
    /// A secret shorter than this is an ordinary word in too many places.
    private static let shortest = 4
    /// So many characters in a row of a secret are an echo of it.
    private static let run = 8

    init(_ secrets: [Secret] = []) {
        let bytes = secrets.map { Self.lowered(Array($0.reveal().utf8)) }.filter { $0.count >= Self.shortest }
        self.secrets = Set(bytes).sorted { $0.count > $1.count }
    }

    /// The text on one line, without secrets, cut to `limit` characters.
    func clean(_ text: String, limit: Int = Redactor.longest) -> String {
        let visible = withoutKeyShapes(withoutSecrets(text))
        let line = visible.split { $0.isWhitespace || $0.isNewline || $0.isControl }.joined(separator: " ")
        return line.count <= limit ? line : line.prefix(limit - 1) + "…"
    }

    // MARK: Our own secrets

    private func withoutSecrets(_ text: String) -> String {
        let bytes = Array(text.utf8.prefix(Self.horizon))
        guard !secrets.isEmpty, !bytes.isEmpty else { return String(decoding: bytes, as: UTF8.self) }
        let lowered = Self.lowered(bytes)
        var isSecret = [Bool](repeating: false, count: bytes.count)
        for secret in secrets { mark(secret, in: lowered, &isSecret) }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if isSecret[index] {
                result += Array(Self.placeholder.utf8)
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

    private static func lowered(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { (65...90).contains($0) ? $0 + 32 : $0 }
    }

    // MARK: Anybody's keys

    /// How keys begin, in any case; three more characters make one.
    private static let prefixes = [
        "sk-", "pk-", "rk-", "sk_", "pk_", "xai-", "gsk_", "hf_", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-",
        "r8_",
        "nvapi-", "pplx-", "tgp_", "fw_", "csk-",
    ]
    /// Beginnings that ordinary words share: of these, exactly so written, and twelve more characters.
    private static let exactPrefixes = ["AIza", "eyJ", "AKIA", "ASIA", "ya29."]

    private static func isKey(_ word: String) -> Bool {
        let lowered = word.lowercased()
        if prefixes.contains(where: { lowered.hasPrefix($0) && word.count >= $0.count + 3 }) { return true }
        return exactPrefixes.contains { word.hasPrefix($0) && word.count >= $0.count + 12 }
    }

    private func withoutKeyShapes(_ text: String) -> String {
        var result = ""
        var word = ""
        var isAfterBearer = false
        func flush() {
            guard !word.isEmpty else { return }
            let lowered = word.lowercased()
            result += Self.isKey(word) || isAfterBearer && word.count >= 4 ? Self.placeholder : word
            isAfterBearer = lowered == "bearer" || lowered == "basic"
            word = ""
        }
        for character in text {
            if character.isLetter || character.isNumber || "-_*.+=/".contains(character) {
                word.append(character)
            } else {
                flush()
                if character != " " { isAfterBearer = false }
                result.append(character)
            }
        }
        flush()
        return result
    }
}

extension Character {
    fileprivate var isControl: Bool { unicodeScalars.allSatisfy { $0.value < 32 || $0.value == 127 } }
}
