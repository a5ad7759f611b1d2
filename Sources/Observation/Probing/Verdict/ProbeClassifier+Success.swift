import Health

extension ProbeClassifier {
    /// A 2xx: alive only if the answer is one (provider facts §9.1).
    func success(_ exchange: Exchange, _ status: Int) -> Verdict {
        var verdict = read(exchange, status)
        if let attempts = exchange.header("x-portkey-retry-attempt-count").flatMap({ Int($0) }), attempts > 0 {
            verdict.notes.append("\(gatewayName) got the answer on its retry \(attempts)")
        }
        guard verdict.outcome.class == .ok else { return verdict }
        if let cache = cacheStatus(exchange) {
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

    /// What Portkey, Cloudflare, Helicone, Kong or LiteLLM says of an answer that no model gave just now.
    private func cacheStatus(_ exchange: Exchange) -> String? {
        let headers = [
            "x-portkey-cache-status", "cf-aig-cache-status", "helicone-cache", "x-cache-status", "x-litellm-cache-hit",
        ]
        return headers.lazy.compactMap { exchange.header($0) }.first { value in
            let word = value.uppercased()
            return word == "TRUE" || word.contains("HIT") && !word.contains("MISS")
        }
    }

    private func read(_ exchange: Exchange, _ status: Int) -> Verdict {
        let type = exchange.header("content-type")?.lowercased() ?? ""
        if context.mode == .audio, !type.contains("json"), !type.hasPrefix("text/") {
            guard !exchange.body.isEmpty else { return malformed("an empty body where sound was due", status) }
            return Verdict(outcome: Outcome(.ok, httpStatus: status), answer: ProbeAnswer())
        }
        // Whole JSON is that, whatever its type says: servers send an error, or all of the answer, as an event stream.
        let json = JSONText.parse(exchange.body)
        if json == nil,
            exchange.isEventStream && (!exchange.events.isEmpty || !isPage(exchange)) || !exchange.events.isEmpty
        {
            return readStream(exchange, status)
        }
        guard let json else {
            let text = String(decoding: exchange.body.prefix(20_000), as: UTF8.self)
            if type.hasPrefix("text/html") || PageText.isPage(text) { return page(text, exchange, status) }
            if exchange.body.isEmpty { return malformed("an empty body", status) }
            return malformed("something that is no JSON: \(text.prefix(80))", status)
        }
        // An error before all else: what has both an error and an answer is no success.
        if let error = ErrorBody(json) { return judge(error, exchange, status) }
        return judge(dialect.read(json, mode: context.mode), exchange, status, "JSON")
    }

    private func isPage(_ exchange: Exchange) -> Bool {
        PageText.isPage(String(decoding: exchange.body.prefix(1_000), as: UTF8.self))
    }

    /// An answer that is whole: alive, unless its own words say that it is none.
    private func judge(_ answer: ProbeAnswer, _ exchange: Exchange, _ status: Int, _ what: String) -> Verdict {
        if let error = answer.error { return judge(error, exchange, status, answer) }
        if let lack = answer.lack { return malformed("\(what) without \(lack)", status, answer) }
        var verdict = Verdict(outcome: Outcome(.ok, httpStatus: status), answer: answer)
        switch answer.finish {
        case .failed(let reason):
            verdict.outcome = failing(
                answer.finish?.isOverload ?? false ? .overloaded : .errorInSuccess,
                "\(provider) broke the answer off with the finish reason '\(reason.prefix(60))' (HTTP \(status)).",
                status)
            return verdict
        case .unknown(let reason):
            verdict.newFinishReason = reason
            verdict.notes.append("stopped for a reason that is new: '\(reason.prefix(60))'")
        case .alive, nil: break
        }
        if !answer.hasContent, answer.outputTokens == 0, !(answer.finish?.explainsSilence ?? false) {
            verdict.outcome = failing(
                .malformedAnswer, "\(provider) answered \(status) with nothing: no text, no call and 0 tokens.", status)
        }
        return verdict
    }

    // MARK: Streams

    private func readStream(_ exchange: Exchange, _ status: Int) -> Verdict {
        let stream = dialect.read(exchange.events, mode: context.mode)
        var verdict: Verdict
        if stream.answer.error == nil, !stream.isComplete || stream.answer.lack != nil, let error = strayError(exchange)
        {
            verdict = judge(error, exchange, status, stream.answer)
        } else if stream.isLoading, !stream.isComplete {
            verdict = Verdict(outcome: loadingInStream(status), answer: stream.answer)
        } else if stream.answer.error == nil, stream.answer.lack == nil, !stream.isComplete {
            verdict = malformed("a stream that breaks off before its end", status, stream.answer)
        } else {
            verdict = judge(stream.answer, exchange, status, "a stream")
        }
        verdict.firstToken = stream.firstToken
        return verdict
    }

    func loadingInStream(_ status: Int?) -> Outcome {
        failing(.loading, "\(provider) is still loading '\(context.model)': a stream that tells nothing else.", status)
    }

    /// An error that was written into a stream as it is, without `data:` before it.
    private func strayError(_ exchange: Exchange) -> ErrorBody? {
        let text = String(decoding: exchange.body.suffix(16_384), as: UTF8.self)
        var lines = text.split(whereSeparator: \.isNewline).map { line in
            // llama.cpp once had a field of its own for it.
            line.hasPrefix("error:") ? line.dropFirst(6).drop { $0 == " " } : line
        }[...]
        while let line = lines.first, !line.hasPrefix("{"), !line.hasPrefix("[") { lines = lines.dropFirst() }
        guard !lines.isEmpty else { return nil }
        // On one line, or on all that follow.
        let json =
            lines.lazy.compactMap { JSONText.parse(String($0)) }.first ?? JSONText.parse(lines.joined(separator: "\n"))
        return json.flatMap { ErrorBody($0) }
    }

    /// A streamed answer that was complete although the exchange ended badly: the server kept the connection open, or
    /// dropped it without a goodbye.
    func completed(_ exchange: Exchange, _ failure: TransportFailure) -> Verdict? {
        guard let status = exchange.status, (200..<300).contains(status), !exchange.events.isEmpty else { return nil }
        switch failure {
        case .deadline, .stall, .reset, .closed: break
        default: return nil
        }
        let stream = dialect.read(exchange.events, mode: context.mode)
        guard stream.isComplete || stream.answer.error != nil else { return nil }
        var verdict = success(exchange, status)
        verdict.endedAt = exchange.events.last?.at
        if failure == .deadline || failure.isStall {
            verdict.notes.append("the connection stayed open after the end of the answer")
        }
        return verdict
    }

    // MARK: What is none

    private func malformed(_ what: String, _ status: Int, _ answer: ProbeAnswer? = nil) -> Verdict {
        Verdict(
            outcome: failing(.malformedAnswer, "\(provider) answered \(status) with \(what).", status), answer: answer)
    }

    private func page(_ text: String, _ exchange: Exchange, _ status: Int) -> Verdict {
        let error = ErrorBody(text: PageText.summary(of: text))
        if let block = WayBlock.find(in: exchange, status: status, text: text, isJSON: false) {
            let refusal = refusal(exchange, error, status: status, isInSuccess: true)
            return Verdict(outcome: blocked(refusal, by: block.who))
        }
        return Verdict(
            outcome: failing(
                .html, "\(provider) answered \(status) with a web page where JSON was due\(quote(error.message))",
                status))
    }

    /// An error inside a 2xx is judged as the same error with its own status.
    private func judge(_ error: ErrorBody, _ exchange: Exchange, _ status: Int, _ answer: ProbeAnswer? = nil) -> Verdict
    {
        if error.isWrappedText { return page(error.message, exchange, status) }
        let told = error.impliedStatus
        let refusal = refusal(exchange, error, status: told ?? status, isInSuccess: true)
        var verdict = Verdict(
            outcome: failing(
                .errorInSuccess, "\(provider) answered \(status) with an error\(quote(refusal.said))", status),
            answer: answer, error: error)
        if refusal.words.mention("unexpected endpoint or method") {
            // LM Studio answers 200 to endpoints that it does not have.
            verdict.outcome = misconfigured(
                "\(context.host) has no endpoint for mode \(context.mode.rawValue)\(quote(error.message)) "
                    + "Correct the model's mode or URL.", status)
        } else if let outcome = gatewaysOwn(refusal) ?? outcome(bySaying: refusal) {
            verdict.outcome = outcome
            if outcome.class == .ok { verdict.notes.append(refusal.said) }
        } else if let told, told < 500 {
            verdict.outcome = outcome(byStatus: refusal, isPage: false)
        } else {
            verdict.outcome.retryAfter = wait(refusal)
        }
        return verdict
    }
}
