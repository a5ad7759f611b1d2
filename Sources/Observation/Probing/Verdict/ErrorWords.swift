import Health

/// The words of one error, made ready to be looked up in the tables of vendors' words.
struct ErrorWords: Sendable {
    /// The message, lower-case, in bytes: it is searched for hundreds of phrases.
    private let text: [UInt8]
    /// Types, codes and reasons in plain form.
    private let codes: Set<String>

    /// More of a message is not searched, in bytes.
    private static let horizon = 4_096

    /// - Parameter exception: the value of AWS's header `x-amzn-errortype`.
    init(_ error: ErrorBody, exception: String? = nil) {
        // Behind this LiteLLM tells how its fallbacks fared, which are other models.
        let own = error.message.firstRange(of: "Received Model Group=").map { error.message[..<$0.lowerBound] }
        text = Array((own ?? error.message[...]).prefix(Self.horizon).lowercased().utf8)
        let exception = exception.map { String($0.prefix { $0 != ":" }) }
        let words = [error.type, error.code, exception].compactMap { $0 } + error.reasons
        codes = Set(words.map { Self.plain($0) })
    }

    init(text message: String) { self.init(ErrorBody(text: message)) }

    /// `RateLimitReached`, `rate_limit_reached` and `a.b#rate-limit-reached` are one word.
    static func plain(_ word: String) -> String {
        let last = word.lastIndex(of: "#").map { word[word.index(after: $0)...] } ?? word[...]
        return String(last.lowercased().prefix(120).filter { $0.isLetter || $0.isNumber })
    }

    /// Whether the type, the code or a reason is one of these plain words.
    func has(code words: Set<String>) -> Bool { !words.isDisjoint(with: codes) }

    /// Whether the message contains the phrase, which has to be lower-case.
    func mention(_ phrase: String) -> Bool { text.contains(Array(phrase.utf8)) }

    /// Whether the message contains one of the phrases.
    func mention(any phrases: [String]) -> Bool { phrases.contains(where: mention) }
}

extension [UInt8] {
    fileprivate func contains(_ part: [UInt8]) -> Bool {
        guard let first = part.first else { return true }
        guard count >= part.count else { return false }
        return withUnsafeBufferPointer { text in
            part.withUnsafeBufferPointer { part in
                for start in 0...(text.count - part.count) where text[start] == first {
                    var index = 1
                    while index < part.count, text[start + index] == part[index] { index += 1 }
                    if index == part.count { return true }
                }
                return false
            }
        }
    }
}
