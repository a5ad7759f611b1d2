import Health

extension ProbeClassifier {
    /// Anything but a 2xx.
    func refusal(_ exchange: Exchange, _ status: Int) -> Verdict {
        let text = String(decoding: exchange.body.prefix(20_000), as: UTF8.self)
        let error =
            JSONText.parse(exchange.body).flatMap { ErrorBody($0) } ?? ErrorBody(text: PageText.summary(of: text))
        var verdict = Verdict(outcome: .ok, error: error)
        let said = message(error, exchange)
        if let outcome = gatewaysOwn(exchange, status, error, said) {
            verdict.outcome = outcome
        } else if let outcome = outcome(bySaying: error, exchange, status) {
            verdict.outcome = outcome
            if outcome.class == .ok { verdict.notes.append(said) }
        } else {
            verdict.outcome = outcome(byStatus: status, exchange, said, isPage: PageText.isPage(text))
        }
        return verdict
    }

    // MARK: The gateway's own words (§1.6, rows G to P)

    private func gatewaysOwn(_ exchange: Exchange, _ status: Int, _ error: ErrorBody, _ said: String) -> Outcome? {
        guard isGatewaysOwn(exchange) else { return nil }
        if exchange.header("x-portkey-gateway-exception") != nil {
            // Row G: it is the provider's broken answer that the gateway stumbled over.
            return failing(
                .malformedAnswer, "\(provider) sent an answer that \(gatewayName) could not read (HTTP \(status)).",
                status)
        }
        // What a hosted gateway says of our account with it is judged like a provider's.
        if error.isGatewayFailure, ![401, 402, 403, 408, 412, 429].contains(status) {
            guard status < 500 else {
                return Outcome(
                    .gateway, .gatewayRefused, detail: "\(gatewayName) failed by itself (HTTP \(status))\(quote(said))",
                    httpStatus: status)
            }
            return misconfigured(
                "\(gatewayName) refuses the request\(quote(said)) \(advice(error))", status, .gatewayRefused)
        }
        if status == 404, error.isUnknownRoute {
            return Outcome(
                .gateway, .gatewayRefused,
                detail:
                    "\(gatewayName) has no endpoint for this request\(quote(said)) Correct its URL or the model's mode.",
                httpStatus: status)
        }
        let isPortkey = exchange.headers.contains { $0.name.lowercased().hasPrefix("x-portkey-") }
        if [502, 503, 504].contains(status), !isPortkey {
            return Outcome(
                .gateway, .gatewayUnreachable,
                detail: "Something in front of \(gatewayName) answers \(status) in its place\(quote(said))",
                httpStatus: status)
        }
        return nil
    }

    private func advice(_ error: ErrorBody) -> String {
        let isHosted = context.gateway?.isHosted ?? false
        if error.mentions("invalid custom host") {
            return "Name the host in the gateway's TRUSTED_CUSTOM_HOSTS (which replaces its defaults)."
        }
        if error.mentions("invalid provider") {
            return context.gateway?.provider?.hasPrefix("@") ?? false && !isHosted
                ? "An '@slug' needs a hosted gateway." : "Name a provider that this gateway knows."
        }
        if error.mentions("valid json") { return "A config id needs a hosted gateway: give the config as JSON." }
        if error.mentions("is required") {
            return "Set the target's provider or config; a virtual key alone needs a hosted gateway."
        }
        if error.mentions("query router") { return "Probe with a config of one target, without conditions." }
        if error.mentions("invalid config") { return "Correct the target's config." }
        return "Correct the target's configuration."
    }

    // MARK: By what the error says

    private static let quotaWords: Set<String> = [
        "insufficient_quota", "credit_balance_exhausted", "organization_usage_limit_exceeded",
        "organization_spend_limit_exceeded", "project_spend_limit_exceeded", "billing_hard_limit_reached",
        "billing_error",
        "billing_not_active", "insufficient_balance", "insufficient_credits",
    ]
    private static let credentialWords: Set<String> = [
        "invalid_api_key", "api_key_invalid", "authentication_error", "permission_error", "permission_denied",
        "unauthenticated", "unsupported_country_region_territory", "invalid_authentication", "account_deactivated",
    ]
    private static let goneWords: Set<String> = ["model_not_found", "model_not_available", "deploymentnotfound"]
    private static let rateWords: Set<String> = [
        "rate_limit_exceeded", "rate_limit_error", "slow_down", "resource_exhausted", "too_many_requests",
    ]
    private static let contentWords: Set<String> = [
        "content_filter", "hooks_failed", "responsibleaipolicyviolation", "content_policy_violation",
    ]

    /// The verdict that the words alone decide, whatever the status; `nil` when they leave it to the status.
    func outcome(bySaying error: ErrorBody, _ exchange: Exchange, _ status: Int) -> Outcome? {
        let said = message(error, exchange)
        if (400..<500).contains(status), error.says(Self.contentWords) {
            return Outcome(.ok, httpStatus: status)
        }
        if status < 500 {
            if error.says(Self.quotaWords)
                || status != 429
                    && error.mentions("credit balance is too low", "reached your specified api usage limits")
            {
                return quota(said, status)
            }
            if error.says(Self.credentialWords), status != 404 { return credentials(said, status) }
            if error.says(Self.goneWords) || [200, 400, 404].contains(status) && saysModelIsMissing(error) {
                return gone(said, status)
            }
            if status == 400, error.mentions("max_tokens or model output limit was reached") {
                // The cap was used up by reasoning: the model lives.
                return Outcome(.ok, httpStatus: status)
            }
            if [200, 400, 404].contains(status), error.mentions("no models loaded", "model is not loaded") {
                return Outcome(
                    .idle, .notLoaded, detail: "\(provider) has no model loaded\(quote(said))", httpStatus: status)
            }
            if status < 300, error.says(Self.rateWords) { return limited(said, exchange, status, error) }
        }
        if error.message.prefix(2_000).contains("fetch failed"), let cause = fetchCause(error.message) {
            return failing(
                cause, "\(gatewayName) cannot reach \(provider)\(quote(fetchText(error.message)))", status)
        }
        return nil
    }

    private func saysModelIsMissing(_ error: ErrorBody) -> Bool {
        guard error.mentions("model") else { return false }
        return error.says(["not_found_error", "not_found", "1500"])
            || error.mentions(
                "does not exist", "not found", "not exist", "invalid model", "unknown model", "no such model")
            || error.mentions("has been deprecated", "has been decommissioned", "is no longer available", "retired")
    }

    /// What undici reports of a connection that failed (rows D, D', D'').
    private func fetchCause(_ message: String) -> Outcome.Cause? {
        let text = message.lowercased()
        func has(_ words: String...) -> Bool { words.contains { text.contains($0) } }
        if has("econnrefused", "ehostunreach", "enetunreach") { return .connectionRefused }
        if has("enotfound", "eai_again", "getaddrinfo") { return .dns }
        if has("econnreset", "other side closed", "socket hang up", "epipe") { return .connectionReset }
        if has("certificate", "ssl", "tls") { return .tls }
        if has("timeout", "timedout") { return .timeout }
        return .other
    }

    private func fetchText(_ message: String) -> String {
        guard let start = message.firstRange(of: "Cause: ")?.upperBound else { return "" }
        let rest = message[start...]
        return String(rest[..<(rest.firstRange(of: " Name:")?.lowerBound ?? rest.endIndex)])
    }

    // MARK: By status (§9.3)

    private func outcome(byStatus status: Int, _ exchange: Exchange, _ said: String, isPage: Bool) -> Outcome {
        switch status {
        case 401, 403: return credentials(said, status)
        case 402: return quota(said, status)
        case 412 where isViaGateway: return quota(said, status)
        case 408: return failing(.timeout, "\(provider) gave no answer in time (HTTP 408)\(quote(said))", status)
        case 429: return limited(said, exchange, status, nil)
        case 410: return gone(said, status)
        case 446: return Outcome(.ok, httpStatus: status)
        case 404:
            return misconfigured(
                "\(provider) knows no such endpoint (HTTP 404)\(quote(said)) Correct the URL or the model's mode.",
                status)
        case 501, 505:
            // The server says that it can't do what was asked, not that it failed to.
            return misconfigured(
                "\(provider) does not offer this (HTTP \(status))\(quote(said)) Correct the model's mode, or start the "
                    + "server with it.", status)
        case 424, 499, 500...:
            let isOverloaded = status == 529 || said.lowercased().contains("overload") || said.contains("server busy")
            let what = isOverloaded ? "is overloaded" : "failed"
            return failing(
                isOverloaded ? .overloaded : .serverError,
                "\(provider) \(what) (HTTP \(status))\(isPage ? " with a web page" : "")\(quote(said))", status,
                retryAfter: wait(exchange, nil))
        case 300..<400:
            return misconfigured(
                "\(context.host) redirects (HTTP \(status)), which probes do not follow: put the final address into the "
                    + "configuration.", status)
        default:
            return misconfigured("\(provider) rejects the probe (HTTP \(status))\(quote(said))", status)
        }
    }

    private func wait(_ exchange: Exchange, _ hint: String?) -> Duration? {
        RetryAfter.duration(exchange.headers, hint: hint, now: context.now)
    }

    private func limited(_ said: String, _ exchange: Exchange, _ status: Int, _ error: ErrorBody?) -> Outcome {
        let hint = error?.retryDelay ?? JSONText.parse(exchange.body).flatMap { ErrorBody($0) }?.retryDelay
        return Outcome(
            .rateLimited, .rateLimit, detail: "\(provider) limits our rate (HTTP \(status))\(quote(said))",
            httpStatus: status, retryAfter: wait(exchange, hint))
    }

    private func credentials(_ said: String, _ status: Int) -> Outcome {
        let isForbidden = status == 403
        let what = isForbidden ? "does not let this key use the model" : "refuses the key"
        return Outcome(
            .credentials, isForbidden ? .forbidden : .unauthorized,
            detail: "\(provider) \(what) (HTTP \(status))\(quote(said)) Check the key in the configuration.",
            httpStatus: status)
    }

    private func quota(_ said: String, _ status: Int) -> Outcome {
        let who = status == 412 && isViaGateway ? gatewayName : provider
        return Outcome(
            .quota, .quota, detail: "The account at \(who) is out of quota or credit (HTTP \(status))\(quote(said))",
            httpStatus: status)
    }

    private func gone(_ said: String, _ status: Int) -> Outcome {
        Outcome(
            .gone, .modelNotFound,
            detail: "\(provider) does not know the model '\(context.model)' (HTTP \(status))\(quote(said))",
            httpStatus: status)
    }
}
