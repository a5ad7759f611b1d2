import Health

/// Why a model stopped, which is part of the answer: some reasons are a failure told politely.
enum FinishReason: Sendable, Hashable {
    /// The model answered: it came to an end, to the cap, to a tool, or to something that it must not say.
    case alive(String)
    /// It did not.
    case failed(String)
    /// No table has it. The answer counts, and the word is told.
    case unknown(String)

    /// Whose words are looked up first.
    enum Vocabulary: Sendable { case openAI, responses, anthropic }

    /// `nil` for none: an absent reason, or the word "null", which DashScope writes until the end.
    init?(_ word: String?, _ vocabulary: Vocabulary) {
        guard let word, !word.isEmpty else { return nil }
        let plain = ErrorWords.plain(word)
        guard !["", "null", "none"].contains(plain) else { return nil }
        let own =
            switch vocabulary {
            case .openAI: Self.openAI
            case .responses: Self.responses
            case .anthropic: Self.anthropic
            }
        if own.contains(plain) || Self.natives.contains(plain) || Self.namesContent(plain) {
            self = .alive(word)
        } else if Self.failures.contains(plain) || Self.namesFailure(plain) {
            self = .failed(word)
        } else {
            self = .unknown(word)
        }
    }

    var word: String {
        switch self {
        case .alive(let word), .failed(let word), .unknown(let word): word
        }
    }

    /// The provider says with it that it has too little of something.
    var isOverload: Bool {
        let plain = ErrorWords.plain(word)
        return ["insufficientsystemresource", "overloaded"].contains(plain) || plain.contains("overload")
    }

    /// Whether nothing need have been said for the reason to be a good one.
    var explainsSilence: Bool {
        guard case .alive(let word) = self else { return false }
        return !["stop", "endturn", "stopsequence", "eos", "eostoken", "complete", "completed", "finishreasonstop"]
            .contains(ErrorWords.plain(word))
    }

    // MARK: Tables, in plain form

    private static let openAI: Set<String> = ["stop", "length", "toolcalls", "functioncall", "contentfilter"]
    private static let responses: Set<String> = ["completed", "maxoutputtokens", "contentfilter", "maxtoolcalls"]
    private static let anthropic: Set<String> = [
        "endturn", "maxtokens", "stopsequence", "tooluse", "pauseturn", "refusal", "modelcontextwindowexceeded",
        "compaction",
    ]
    /// Reasons of other interfaces that gateways and servers pass on.
    private static let natives: Set<String> = openAI.union(responses).union(anthropic).union([
        // Gemini and Vertex
        "safety", "recitation", "language", "blocklist", "prohibitedcontent", "spii", "imagesafety",
        "imageprohibitedcontent", "imagerecitation", "finishreasonstop", "finishreasonmaxtokens", "modelarmor",
        // Bedrock
        "guardrailintervened", "contentfiltered",
        // Cohere
        "complete", "toolcall", "errortoxic", "errorlimit", "stopsequences",
        // Zhipu, Mistral, TGI, Ollama, vLLM, SGLang, llama.cpp, Workers AI, Perplexity
        "sensitive", "modellength", "eostoken", "eos", "limit", "load", "unload", "repetition", "word", "done",
        "lengthcapped", "tooluses", "contextlength", "moderation", "moderated", "policyviolation", "refused", "end",
        "maxlength", "stopstring", "stoptoken", "contentpolicy", "contentpolicyviolation", "repetitiondetected",
    ])
    /// Of any interface.
    private static let failures: Set<String> = [
        "error", "abort", "aborted", "cancelled", "canceled", "cancel", "failed", "failure", "timeout", "timedout",
        "insufficientsystemresource", "networkerror", "usercancel", "malformedfunctioncall", "malformedresponse",
        "malformedmodeloutput", "malformedtooluse", "unexpectedtoolcall", "interrupted", "overloaded", "unavailable",
        "servererror", "upstreamerror", "toomanytoolcalls", "other", "noimage", "incomplete", "disconnected",
    ]

    /// `content_filter: PROHIBITED_CONTENT`
    private static func namesContent(_ plain: String) -> Bool {
        ["contentfilter", "safety", "prohibited", "refus", "moderation", "guardrail"].contains { plain.contains($0) }
    }

    private static func namesFailure(_ plain: String) -> Bool {
        [
            "error", "fail", "abort", "cancel", "timeout", "timedout", "insufficient", "crash", "unavailable",
            "exception",
        ]
        .contains { plain.contains($0) }
    }
}
