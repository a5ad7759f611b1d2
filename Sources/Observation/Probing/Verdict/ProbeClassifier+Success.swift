import Health

extension ProbeClassifier {
    /// A 2xx: alive only if the answer is one (provider facts §9.1).
    func success(_ exchange: Exchange, _ status: Int) -> Verdict {
        var verdict = read(exchange, status)
        if let attempts = exchange.header("x-portkey-retry-attempt-count").flatMap({ Int($0) }), attempts > 0 {
            verdict.notes.append("\(gatewayName) got the answer on its retry \(attempts)")
        }
        guard verdict.outcome.class == .ok else { return verdict }
        if let cache = exchange.header("x-portkey-cache-status"), cache.uppercased().contains("HIT"),
            !cache.uppercased().contains("MISS")
        {
            verdict.outcome = misconfigured(
                "\(gatewayName) answered from its cache (\(cache)), which says nothing of the model: exempt requests with "
                    + "the probe's metadata from caching.", status, .cachedAnswer)
            verdict.notes.append("cache status \(cache)")
        }
        checkModel(exchange, status, &verdict)
        if status == 246 {
            verdict.notes.append("a guardrail of the gateway objected and let the answer pass (HTTP 246)")
        }
        return verdict
    }

    private func read(_ exchange: Exchange, _ status: Int) -> Verdict {
        let type = exchange.header("content-type")?.lowercased() ?? ""
        if context.mode == .audio, !type.contains("json"), !type.hasPrefix("text/") {
            guard !exchange.body.isEmpty else { return malformed("an empty body where sound was due", status) }
            return Verdict(outcome: Outcome(.ok, httpStatus: status), answer: ProbeAnswer())
        }
        if exchange.isEventStream || !exchange.events.isEmpty && JSONText.parse(exchange.body) == nil {
            return readStream(exchange, status)
        }
        guard let json = JSONText.parse(exchange.body) else {
            let text = String(decoding: exchange.body.prefix(20_000), as: UTF8.self)
            if type.hasPrefix("text/html") || PageText.isPage(text) { return page(text, status) }
            if exchange.body.isEmpty { return malformed("an empty body", status) }
            return malformed("something that is no JSON: \(text.prefix(80))", status)
        }
        // An error before all else: what has both an error and an answer is no success.
        if let error = ErrorBody(json) { return judge(error, exchange, status) }
        let answer = dialect.read(json, mode: context.mode)
        if let error = answer.error { return judge(error, exchange, status, answer) }
        if let lack = answer.lack { return malformed("JSON without \(lack)", status, answer) }
        return Verdict(outcome: Outcome(.ok, httpStatus: status), answer: answer)
    }

    private func readStream(_ exchange: Exchange, _ status: Int) -> Verdict {
        let stream = dialect.read(exchange.events, mode: context.mode)
        var verdict: Verdict
        if let error = stream.answer.error {
            verdict = judge(error, exchange, status, stream.answer)
        } else if let lack = stream.answer.lack {
            verdict = malformed("a stream without \(lack)", status, stream.answer)
        } else if !stream.isComplete {
            verdict = malformed("a stream that breaks off before its end", status, stream.answer)
        } else {
            verdict = Verdict(outcome: Outcome(.ok, httpStatus: status), answer: stream.answer)
        }
        verdict.firstToken = stream.firstToken
        return verdict
    }

    private func malformed(_ what: String, _ status: Int, _ answer: ProbeAnswer? = nil) -> Verdict {
        Verdict(
            outcome: failing(.malformedAnswer, "\(provider) answered \(status) with \(what).", status), answer: answer)
    }

    private func page(_ text: String, _ status: Int) -> Verdict {
        Verdict(
            outcome: failing(
                .html,
                "\(provider) answered \(status) with a web page where JSON was due\(quote(PageText.summary(of: text)))",
                status))
    }

    /// An error inside a 2xx: failing, unless its own words put the blame elsewhere.
    private func judge(_ error: ErrorBody, _ exchange: Exchange, _ status: Int, _ answer: ProbeAnswer? = nil) -> Verdict
    {
        if error.isWrappedText { return page(error.message, status) }
        if error.mentions("unexpected endpoint or method") {
            // LM Studio answers 200 to endpoints that it does not have.
            return Verdict(
                outcome: misconfigured(
                    "\(context.host) has no endpoint for mode \(context.mode.rawValue)\(quote(error.message)) "
                        + "Correct the model's mode or URL.", status), error: error)
        }
        var verdict = Verdict(
            outcome: failing(
                .errorInSuccess, "\(provider) answered \(status) with an error\(quote(message(error, exchange)))",
                status),
            answer: answer, error: error)
        if let blamed = outcome(bySaying: error, exchange, status) { verdict.outcome = blamed }
        return verdict
    }

    // MARK: Whose answer

    private func checkModel(_ exchange: Exchange, _ status: Int, _ verdict: inout Verdict) {
        let isFallback = fallbackIndex(exchange).map { $0 > 0 } ?? false
        guard let answered = verdict.answer?.model, !answered.isEmpty, answered != context.model else {
            if isFallback { verdict.notes.append("\(gatewayName) used a later target of its config") }
            return
        }
        let (name, asked) = (ModelName(answered), ModelName(context.model))
        let isOther =
            name.isCertainlyNot(asked) || context.answersInItsName && name != asked && !name.isVersion(of: asked)
        guard isOther else {
            verdict.notes.append("answers as '\(answered)'")
            return
        }
        guard verdict.outcome.class == .ok else { return }
        let what = "asked for '\(context.model)', '\(answered)' answered"
        if isFallback {
            verdict.outcome = misconfigured(
                "Of \(provider), \(what): \(gatewayName) fell back to another target. Probe with a config of one target.",
                status, .otherModelAnswered)
        } else {
            verdict.outcome = failing(.otherModelAnswered, "At \(provider), \(what).", status)
        }
    }

    /// The `n` of `config.targets[n]`.
    private func fallbackIndex(_ exchange: Exchange) -> Int? {
        guard isViaGateway, let text = exchange.header("x-portkey-last-used-option-index"),
            let open = text.firstIndex(of: "["), let close = text.firstIndex(of: "]"), open < close
        else { return nil }
        return Int(text[text.index(after: open)..<close])
    }
}
