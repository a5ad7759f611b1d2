import Health

/// Judges what one exchange says of a model, and whose doing it is (provider facts §1.6, §9.1, §9.3).
///
/// Pure: the same exchange always gets the same verdict. Only what is certainly the provider's doing is `failing`.
struct ProbeClassifier: Sendable {
    let context: ProbeContext
    let dialect: any ProbeDialect

    func verdict(on exchange: Exchange) -> Verdict {
        var verdict: Verdict
        if let failure = exchange.failure {
            verdict = completed(exchange, failure) ?? interrupted(exchange, failure)
        } else if let status = exchange.status, (200..<300).contains(status) {
            verdict = success(exchange, status)
        } else {
            verdict = refusal(exchange, exchange.status ?? 0)
        }
        verdict.allowance = Allowance.reading(
            exchange.headers, verdict.error, vendor: "\(context.provider) \(context.host)", now: context.now)
        verdict.outcome.detail = context.redactor.clean(verdict.outcome.detail)
        verdict.notes = verdict.notes.map { context.redactor.clean($0) }
        if let model = verdict.answer?.model, model != context.model, model != context.usualName {
            verdict.answer?.model = context.redactor.clean(model, limit: 120)
        }
        return verdict
    }

    // MARK: Words

    var isViaGateway: Bool { context.gateway != nil }

    /// Who is spoken of: the provider, or where requests go when that says more.
    var provider: String { context.provider.isEmpty ? context.host : context.provider }

    var gatewayName: String { context.gateway.map { "gateway '\($0.gateway)'" } ?? context.host }

    /// `: what they said.`, or a full stop.
    func quote(_ message: String) -> String {
        var text = message[...]
        while let last = text.last, last.isWhitespace || last == "." { text.removeLast() }
        return text.isEmpty ? "." : ": \(text)."
    }

    /// The provider's message without the gateway's prefix `openai error: `.
    func message(_ error: ErrorBody?, _ exchange: Exchange) -> String {
        guard let text = error?.message else { return "" }
        if error?.isWrappedText ?? false { return PageText.summary(of: text) }
        for name in [exchange.header("x-portkey-provider"), context.gateway?.provider, context.provider].compactMap({
            $0
        }) {
            if text.hasPrefix("\(name) error: ") { return String(text.dropFirst(name.count + 8)) }
        }
        return text.hasPrefix("litellm.") ? withoutLiteLLM(text) : text
    }

    /// Without the classes of LiteLLM's errors in front and its account of fallbacks behind.
    private func withoutLiteLLM(_ message: String) -> String {
        var text = message[...]
        if let end = text.firstRange(of: "Received Model Group=")?.lowerBound { text = text[..<end] }
        if let start = text.firstRange(of: "Exception - ")?.upperBound, start < text.endIndex {
            text = text[start...]
        } else {
            // `litellm.Timeout: APITimeoutError - …`
            while let colon = text.firstRange(of: ": "),
                text[..<colon.lowerBound].allSatisfy({ $0.isLetter || $0 == "." })
            {
                text = text[colon.upperBound...]
            }
        }
        return String(text)
    }

    func failing(_ cause: Outcome.Cause, _ detail: String, _ status: Int?, retryAfter: Duration? = nil) -> Outcome {
        Outcome(.failing, cause, detail: detail, httpStatus: status, retryAfter: retryAfter)
    }

    func misconfigured(_ detail: String, _ status: Int?, _ cause: Outcome.Cause = .badRequest) -> Outcome {
        Outcome(.misconfigured, cause, detail: detail, httpStatus: status)
    }
}
