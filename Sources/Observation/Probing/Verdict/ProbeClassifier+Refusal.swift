import Health

extension ProbeClassifier {
    /// Anything but a 2xx.
    func refusal(_ exchange: Exchange, _ status: Int) -> Verdict {
        let text = String(decoding: exchange.body.prefix(20_000), as: UTF8.self)
        let json = JSONText.parse(exchange.body)
        let error =
            json.flatMap { ErrorBody($0) } ?? errorInStream(exchange) ?? ErrorBody(text: PageText.summary(of: text))
        let refusal = refusal(exchange, error, status: decisive(status, error), isInSuccess: false)
        var verdict = Verdict(outcome: .ok, error: error)
        verdict.outcome = outcome(of: refusal, text: text, isJSON: json?.object != nil || json?.array != nil)
        if verdict.outcome.class == .ok { verdict.notes.append(refusal.said) }
        return verdict
    }

    /// The verdict on a refusal: whose words they are, what they say, and only then the status.
    func outcome(of refusal: Refusal, text: String, isJSON: Bool) -> Outcome {
        if let outcome = gatewaysOwn(refusal) { return outcome }
        let wrapped = refusal.error.isWrappedText ? refusal.error.message : nil
        let block = WayBlock.find(
            in: refusal.exchange, status: refusal.status, text: wrapped ?? text, isJSON: isJSON && wrapped == nil)
        if let block { return blocked(refusal, by: block.who) }
        if let outcome = outcome(bySaying: refusal) ?? gatewaysOwnFailure(refusal) { return outcome }
        return outcome(byStatus: refusal, isPage: PageText.isPage(wrapped ?? text))
    }

    /// The status that counts: a gateway's own number says less than the upstream's inside it.
    private func decisive(_ status: Int, _ error: ErrorBody) -> Int {
        guard status == 400 || (500...503).contains(status), let inner = error.status else { return status }
        return [401, 402, 429].contains(inner) ? inner : status
    }

    /// A refusal that came as a stream of events.
    private func errorInStream(_ exchange: Exchange) -> ErrorBody? {
        exchange.events.lazy.compactMap { JSONText.parse($0.event.data).flatMap { ErrorBody($0) } }.first
    }

    // MARK: By what the error says

    /// The verdict that the words decide, whatever the status; `nil` when they leave it to the status.
    func outcome(bySaying refusal: Refusal) -> Outcome? {
        let (words, status) = (refusal.words, refusal.status)
        if status < 500, refusal.error.isFlagged || VendorWords.content.fit(words, status: status) {
            return Outcome(.ok, httpStatus: refusal.answered)
        }
        if saysOutOfMoney(refusal) { return quota(refusal) }
        if VendorWords.noDeployment.fit(words, status: status) { return withoutDeployment(refusal) }
        if VendorWords.networkRules.fit(words, status: status) {
            return blocked(refusal, by: "a rule about networks or countries")
        }
        if let outcome = outcome(byAccess: refusal) { return outcome }
        if saysLoading(refusal) { return loading(refusal) }
        if VendorWords.unoffered.fit(words, status: status) { return unoffered(refusal) }
        if VendorWords.broken.fit(words, status: status) {
            return failed(
                refusal, refusal.isInSuccess ? .errorInSuccess : .serverError, "cannot run '\(context.model)'")
        }
        if VendorWords.unloaded.fit(words, status: status) {
            return Outcome(
                .idle, .notLoaded, detail: "\(provider) has no model loaded\(quote(refusal.said))",
                httpStatus: refusal.answered)
        }
        if VendorWords.models.fit(words, status: status) || saysModelIsMissing(refusal) { return gone(refusal) }
        return outcome(byLoad: refusal) ?? outcome(byWay: refusal)
    }

    func saysOutOfMoney(_ refusal: Refusal) -> Bool {
        guard VendorWords.money.fit(refusal.words, status: refusal.status) else { return false }
        // Google tells a full minute in the words of an empty account, and an account without any right as a limit of 0.
        let isWindow =
            refusal.error.retryDelay != nil || !refusal.error.limits.isEmpty
            || refusal.words.mention(any: VendorWords.windowedQuota)
        return !isWindow || allowsNothing(refusal.error)
            || VendorWords.money.dropFirst().contains { $0.fit(refusal.words, status: refusal.status) }
    }

    /// "limit: 0", which no waiting mends.
    private func allowsNothing(_ error: ErrorBody) -> Bool {
        if error.limits.contains(where: { $0.value == 0 }) { return true }
        var rest = error.message.prefix(4_096).lowercased()[...]
        while let range = rest.firstRange(of: "limit: 0") {
            rest = rest[range.upperBound...]
            if !(rest.first.map { $0.isNumber || $0 == "." && rest.dropFirst().first?.isNumber ?? false } ?? false) {
                return true
            }
        }
        return false
    }

    private func outcome(byAccess refusal: Refusal) -> Outcome? {
        let (words, status) = (refusal.words, refusal.status)
        if VendorWords.permission.fit(words, status: status) { return credentials(refusal, isForbidden: true) }
        if status == 403, words.has(code: ["modelnotfound", "modelnotavailable", "unknownmodel"]) {
            // "Project does not have access to model": it is there, and not for us.
            return credentials(refusal, isForbidden: true)
        }
        if status != 404, VendorWords.key.fit(words, status: status) {
            return credentials(refusal, isForbidden: false)
        }
        return nil
    }

    private func saysLoading(_ refusal: Refusal) -> Bool {
        let isUnavailable = [200, 425, 429, 500, 503].contains(refusal.status)
        return isUnavailable && refusal.error.isLoading
            || VendorWords.loading.fit(refusal.words, status: refusal.status)
                && !refusal.words.mention(any: VendorWords.notLoading)
    }

    private func saysModelIsMissing(_ refusal: Refusal) -> Bool {
        let (words, status) = (refusal.words, refusal.status)
        guard [200, 400, 404, 422].contains(status), words.mention("model") else { return false }
        return words.has(code: ["notfounderror", "notfound", "1500"])
            || words.mention(any: ["does not exist", "not found", "not exist", "doesn't exist", "could not be found"])
    }

    /// Too many requests: of ours, or of everybody's.
    private func outcome(byLoad refusal: Refusal) -> Outcome? {
        let (words, status) = (refusal.words, refusal.status)
        let reason = refusal.exchange.header("x-ms-throttle-reason").map { ErrorWords.plain($0) }
        if VendorWords.overloaded.fit(codesOf: words, status: status) || reason?.contains("capacity") ?? false {
            return failed(refusal, .overloaded, "is overloaded")
        }
        // With 413 too: one request alone is more than the rate allows.
        if VendorWords.rate.fit(words, status: status), status != 401, status != 403 {
            return limited(refusal)
        }
        let isLoad = status == 429 || status == 498 || status >= 500 || refusal.isInSuccess
        if isLoad, VendorWords.overloaded.fit(words, status: status) {
            return failed(refusal, .overloaded, "is overloaded")
        }
        return nil
    }

    /// The server says that it can't do what was asked, not that it failed to.
    private func unoffered(_ refusal: Refusal) -> Outcome {
        misconfigured(
            "\(provider) does not offer this (\(refusal.told))\(quote(refusal.said)) Correct the model's mode, or start the "
                + "server with it.", refusal.answered)
    }

    // MARK: By status (§9.3)

    func outcome(byStatus refusal: Refusal, isPage: Bool) -> Outcome {
        let (status, said, told) = (refusal.status, refusal.said, refusal.told)
        switch status {
        case 401, 403: return credentials(refusal, isForbidden: status == 403)
        case 402: return quota(refusal)
        case 412 where isViaGateway: return quota(refusal, who: gatewayName)
        case 408: return failed(refusal, .timeout, "gave no answer in time")
        case 429: return limited(refusal)
        case 410: return gone(refusal)
        case 446: return Outcome(.ok, httpStatus: refusal.answered)
        case 404:
            return misconfigured(
                "\(provider) knows no such endpoint (\(told))\(quote(said)) Correct the URL or the model's mode.",
                refusal.answered)
        case 501, 505: return unoffered(refusal)
        case 498, 529: return failed(refusal, .overloaded, "is overloaded")
        case 424, 499, 500...:
            return failed(
                refusal, refusal.isInSuccess ? .errorInSuccess : .serverError,
                "failed\(isPage ? " with a web page" : "")")
        case 300..<400:
            return misconfigured(
                "\(context.host) redirects (\(told)), which probes do not follow: put the final address into the "
                    + "configuration.", refusal.answered)
        default:
            return misconfigured("\(provider) rejects the probe (\(told))\(quote(said))", refusal.answered)
        }
    }
}
