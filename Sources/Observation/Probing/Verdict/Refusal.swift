import Health

/// An answer that is none, on its way to a verdict.
struct Refusal: Sendable {
    let exchange: Exchange
    let error: ErrorBody
    let words: ErrorWords
    /// The status that decides: the answer's own, or that of the error inside a 2xx.
    let status: Int
    /// What they said, for a sentence.
    let said: String
    /// Whether the HTTP status claimed success.
    let isInSuccess: Bool

    /// The status of HTTP.
    var answered: Int { exchange.status ?? status }

    /// `HTTP 429`, or `HTTP 200 with error 429`.
    var told: String {
        guard isInSuccess else { return "HTTP \(answered)" }
        return status == answered ? "HTTP \(answered)" : "HTTP \(answered) with error \(status)"
    }
}

extension ProbeClassifier {
    func refusal(_ exchange: Exchange, _ error: ErrorBody, status: Int, isInSuccess: Bool) -> Refusal {
        Refusal(
            exchange: exchange, error: error,
            words: ErrorWords(error, exception: exchange.header("x-amzn-errortype")), status: status,
            said: message(error, exchange), isInSuccess: isInSuccess)
    }

    func wait(_ refusal: Refusal) -> Duration? {
        RetryAfter.duration(refusal.exchange.headers, refusal.error, now: context.now)
    }

    /// `(HTTP 429; it asks us to wait 34 s)`.
    private func told(_ refusal: Refusal, _ wait: Duration?) -> String {
        wait.map { "(\(refusal.told); it asks us to wait \($0.waitText))" } ?? "(\(refusal.told))"
    }

    // MARK: Outcomes

    func failed(_ refusal: Refusal, _ cause: Outcome.Cause, _ what: String, says: String? = nil) -> Outcome {
        let wait = wait(refusal)
        return Outcome(
            .failing, cause, detail: "\(provider) \(what) \(told(refusal, wait))\(quote(says ?? refusal.said))",
            httpStatus: refusal.answered, retryAfter: wait)
    }

    func limited(_ refusal: Refusal) -> Outcome {
        let wait = wait(refusal)
        return Outcome(
            .rateLimited, .rateLimit,
            detail: "\(provider) limits our rate \(told(refusal, wait))\(quote(refusal.said))",
            httpStatus: refusal.answered, retryAfter: wait)
    }

    func loading(_ refusal: Refusal) -> Outcome {
        let wait = wait(refusal)
        let expected = refusal.error.estimate.map { ", for another \($0.waitText) by its own estimate" } ?? ""
        return Outcome(
            .failing, .loading,
            detail:
                "\(provider) is still loading '\(context.model)'\(expected) (\(refusal.told))\(quote(refusal.said))",
            httpStatus: refusal.answered, retryAfter: wait)
    }

    func withoutDeployment(_ refusal: Refusal) -> Outcome {
        let wait = wait(refusal)
        let pause = wait.map { " and tries none for \($0.waitText)" } ?? ""
        let who = isViaGateway ? gatewayName : provider
        return Outcome(
            .failing, .noDeployment,
            detail:
                "\(who) has no deployment of '\(context.model)' left\(pause) (\(refusal.told))\(quote(refusal.said))",
            httpStatus: refusal.answered, retryAfter: wait)
    }

    func blocked(_ refusal: Refusal, by who: String) -> Outcome {
        misconfigured(
            "On the way to \(provider), \(who) refuses us (\(refusal.told))\(quote(String(refusal.said.prefix(100)))) It is "
                + "not the key: check our address, proxy and network rules.", refusal.answered, .blockedOnTheWay)
    }

    /// - Parameter who: whose key; the provider's unless another is named.
    func credentials(_ refusal: Refusal, isForbidden: Bool, who: String? = nil, advice: String? = nil) -> Outcome {
        let what = isForbidden ? "does not let this key use the model" : "refuses the key"
        return Outcome(
            .credentials, isForbidden ? .forbidden : .unauthorized,
            detail: "\(who ?? provider) \(what) (\(refusal.told))\(quote(refusal.said)) "
                + (advice ?? "Check the key in the configuration."),
            httpStatus: refusal.answered)
    }

    func quota(_ refusal: Refusal, who: String? = nil) -> Outcome {
        Outcome(
            .quota, .quota,
            detail:
                "The account at \(who ?? provider) is out of quota or credit (\(refusal.told))\(quote(refusal.said))",
            httpStatus: refusal.answered, retryAfter: wait(refusal))
    }

    func gone(_ refusal: Refusal) -> Outcome {
        Outcome(
            .gone, .modelNotFound,
            detail: "\(provider) does not know the model '\(context.model)' (\(refusal.told))\(quote(refusal.said))",
            httpStatus: refusal.answered)
    }
}
