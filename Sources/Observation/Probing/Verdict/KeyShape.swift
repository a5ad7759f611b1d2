/// How keys look, so that they can be told from names that begin alike: `sk-…` is a key, `sk-learn-2` is none.
///
/// A known beginning alone is not enough. What follows has to be random (a long piece of letters and digits mixed), or
/// masked, or the words before it have to call it a key.
enum KeyShape {
    /// What the word before says of this one.
    enum Lead: Sendable {
        case none
        /// "key", "token", "provided": a key may follow.
        case key
        /// "Bearer": a key does follow.
        case bearer

        init(_ word: String) {
            let plain = word.lowercased().filter { $0.isLetter || "=".contains($0) }
            switch plain {
            case "bearer", "basic": self = .bearer
            case "key", "apikey", "token", "secret", "provided", "authorization", "credential", "password", "keys",
                "xapikey", "accesskey", "=", "key=", "token=", "apikey=":
                self = .key
            default: self = .none
            }
        }
    }

    /// How keys begin, in any case.
    private static let prefixes = [
        "sk-", "pk-", "rk-", "ak-", "sk_", "pk_", "xai-", "gsk_", "hf_", "ghp_", "gho_", "ghs_", "github_pat_",
        "glpat-", "r8_", "nvapi-", "pplx-", "tgp_", "fw_", "csk-", "co_", "dop_", "sess-", "key-", "bce-", "tp-",
    ]
    /// Beginnings that ordinary words share: of these, exactly so written, and twelve more characters.
    private static let exactPrefixes = ["AIza", "eyJ", "AKIA", "ASIA", "ABSK", "ya29."]

    static func fits(_ word: String, after lead: Lead) -> Bool {
        // `api_key=sk-…` and `…/sk-…` come as one word.
        let pieces = word.split(whereSeparator: { "=/".contains($0) })
        if pieces.count > 1 {
            var lead = lead
            for piece in pieces {
                if fits(String(piece), after: lead) { return true }
                if word.contains("=") { lead = Lead(String(piece)) }
            }
        }
        if lead == .bearer, isToken(word) { return true }
        if exactPrefixes.contains(where: { word.hasPrefix($0) && word.count >= $0.count + 12 }) { return true }
        let lowered = word.lowercased()
        guard let prefix = prefixes.first(where: lowered.hasPrefix) else {
            return lead == .key && isMasked(word[...])
        }
        let rest = word.dropFirst(prefix.count)
        if isMasked(rest) || isRandom(rest) { return true }
        return lead == .key && rest.filter { $0.isLetter || $0.isNumber }.count >= 3
    }

    /// `****abcd`, `...abcd`
    private static func isMasked(_ rest: Substring) -> Bool { rest.contains("**") || rest.contains("...") }

    /// After "Bearer": anything that is no plain word.
    private static func isToken(_ word: String) -> Bool {
        word.count >= 4 && (word.contains { $0.isNumber || "=_*".contains($0) } || word.count >= 20)
    }

    /// Whether a piece between dashes is long and mixed, as no word, version or date is.
    private static func isRandom(_ rest: Substring) -> Bool {
        let pieces = rest.split { "-_.+".contains($0) }
        if pieces.contains(where: isRandomPiece) { return true }
        // Keys in base64 hold dashes of their own: much of everything in one word is one too.
        let hasAll =
            rest.contains(where: \.isNumber) && rest.contains(where: \.isUppercase)
            && rest.contains(where: \.isLowercase)
        return rest.count >= 32 && hasAll
    }

    private static func isRandomPiece(_ piece: Substring) -> Bool {
        let digits = piece.count { $0.isNumber }
        if digits == piece.count { return piece.count >= 5 && !isDate(piece) }
        if digits == 0 { return piece.count >= 24 }
        guard piece.count >= 8 else { return false }
        // `instruct2`, `20250101preview`: one run of digits at an end is a version.
        return runs(of: piece) >= 3 || piece.count >= 16
    }

    /// How often letters and digits take turns.
    private static func runs(of piece: Substring) -> Int {
        var runs = 0
        var last: Bool?
        for character in piece where last != character.isNumber {
            runs += 1
            last = character.isNumber
        }
        return runs
    }

    private static func isDate(_ piece: Substring) -> Bool {
        (piece.count == 8 || piece.count == 6) && (piece.hasPrefix("19") || piece.hasPrefix("20"))
            || piece.count == 6 && piece.hasPrefix("2")
    }
}
