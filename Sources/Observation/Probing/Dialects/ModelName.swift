/// A model's name taken apart, to tell whether the model that answered is the one that was asked.
///
/// Providers answer with longer names (`gpt-4o-mini-2024-07-18` for `gpt-4o-mini`), gateways and servers with aliases.
/// So two names differ for certain only where both name a family that we know, and the families or the variants differ.
struct ModelName: Sendable, Hashable {
    private let words: [String]

    init(_ name: String) {
        var rest = name.lowercased()[...]
        // `@slug/model`, `provider/model`, `models/model`: the model comes last. `@cf/…` of Workers AI too.
        if let slash = rest.lastIndex(of: "/") { rest = rest[rest.index(after: slash)...] }
        var words: [String] = []
        for piece in rest.split(whereSeparator: { "-_:. @".contains($0) }) {
            // `llama3` and `llama-3` are one; `4o` and `o3` stay whole.
            var word = ""
            for character in piece {
                if let last = word.last, last.isLetter, character.isNumber, word.count > 1 {
                    words.append(word)
                    word = ""
                }
                word.append(character)
            }
            if !word.isEmpty { words.append(word) }
        }
        self.words = words
    }

    /// OpenAI's o-series and gpt-5 and later, which take no `max_tokens` (provider facts §9.1).
    var isOpenAIReasoning: Bool {
        guard let first = words.first else { return false }
        if first.first == "o", first.count == 2, first.last?.isNumber == true { return true }
        guard first == "gpt", words.count > 1 else { return false }
        return words[1].prefix { $0.isNumber }.isEmpty ? false : Int(words[1].prefix { $0.isNumber }) ?? 0 >= 5
    }

    private static let families: Set<String> = [
        "gpt", "o1", "o3", "o4", "claude", "gemini", "gemma", "llama", "codellama", "mistral", "mixtral", "ministral",
        "codestral", "magistral", "devstral", "qwen", "qwq", "deepseek", "phi", "command", "grok", "nova", "kimi",
        "glm",
        "granite", "smollm", "sonar", "jamba", "yi", "falcon", "olmo", "nemotron", "whisper", "dall", "bge", "nomic",
        "embedding", "rerank",
    ]
    /// Words that make another model of the same family.
    private static let variants: Set<String> = [
        "mini", "nano", "micro", "small", "medium", "large", "xl", "lite", "pro", "ultra", "max", "plus", "flash",
        "haiku", "sonnet", "opus", "vision", "coder", "embed", "instant",
    ]

    private var family: String? { words.first(where: Self.families.contains) }
    private var ownVariants: Set<String> { Set(words.filter(Self.variants.contains)) }
    /// `7b`, `70b`, `8x7b`: the size in the name.
    private var sizes: Set<String> {
        Set(
            words.filter {
                $0.last == "b" && $0.first?.isNumber == true && $0.dropLast().allSatisfy { $0.isNumber || $0 == "x" }
            })
    }
    /// `4`, `4o`, `3`, `2`: the generation, which comes right after the family.
    private var generation: String? {
        guard let family, let index = words.firstIndex(of: family), index + 1 < words.count else { return nil }
        let next = words[index + 1]
        return next.first?.isNumber == true && next.count <= 2 ? next : nil
    }

    /// Whether this is the other name, or the other name with a version behind it.
    func isVersion(of other: ModelName) -> Bool { words.starts(with: other.words) }

    /// Whether both are of one family that we know: versions of one model, as far as names can tell.
    func isOfFamily(of other: ModelName) -> Bool { family != nil && family == other.family }

    /// Whether an answer in this name is certainly not of the model asked for.
    ///
    /// An asked name of no family that we know is an alias: anything may answer to it.
    func isCertainlyNot(_ asked: ModelName) -> Bool {
        guard words != asked.words, let wanted = asked.family else { return false }
        guard let got = family else { return !asked.words.contains { words.contains($0) && $0.count > 2 } }
        if got != wanted { return true }
        if ownVariants != asked.ownVariants { return true }
        if !sizes.isEmpty, !asked.sizes.isEmpty, sizes != asked.sizes { return true }
        if let mine = generation, let theirs = asked.generation, mine != theirs { return true }
        return false
    }
}
