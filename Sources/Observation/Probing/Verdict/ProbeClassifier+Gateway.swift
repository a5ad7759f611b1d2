import Health

extension ProbeClassifier {
    /// What a gateway says in its own name (§1.6, rows G to P, and LiteLLM's proxy); `nil` where it speaks for a provider.
    func gatewaysOwn(_ refusal: Refusal) -> Outcome? {
        switch context.gateway?.kind {
        case .portkey: portkeysOwn(refusal)
        case .litellm: liteLLMsOwn(refusal) ?? inFront(refusal)
        case nil: isLiteLLM(refusal.exchange) ? liteLLMsOwn(refusal) : nil
        }
    }

    /// Whether the answer was made by Portkey itself.
    func isGatewaysOwn(_ exchange: Exchange) -> Bool {
        isViaGateway && exchange.header("x-portkey-provider") == nil
    }

    /// Whether LiteLLM's proxy answered, configured as a gateway or reached as a plain URL.
    func isLiteLLM(_ exchange: Exchange) -> Bool {
        context.gateway?.kind == .litellm || Self.hasLiteLLMHeaders(exchange)
    }

    private static func hasLiteLLMHeaders(_ exchange: Exchange) -> Bool {
        exchange.headers.contains { $0.name.lowercased().hasPrefix("x-litellm-") }
    }

    /// A page or bare text with a 5xx that no gateway writes: something in front of it, which cannot reach it.
    private func inFront(_ refusal: Refusal) -> Outcome? {
        guard [502, 503, 504].contains(refusal.answered), !refusal.isInSuccess else { return nil }
        let isMarked = refusal.exchange.headers.contains { header in
            ["x-portkey-", "x-litellm-"].contains { header.name.lowercased().hasPrefix($0) }
        }
        let isJSON = context.gateway?.kind == .litellm && JSONText.parse(refusal.exchange.body)?.object != nil
        guard !isMarked, !isJSON else { return nil }
        return Outcome(
            .gateway, .gatewayUnreachable,
            detail:
                "Something in front of \(gatewayName) answers \(refusal.answered) in its place\(quote(refusal.said))",
            httpStatus: refusal.answered)
    }

    // MARK: Portkey

    private func portkeysOwn(_ refusal: Refusal) -> Outcome? {
        let (exchange, status, error) = (refusal.exchange, refusal.status, refusal.error)
        guard isGatewaysOwn(exchange) else { return nil }
        if exchange.header("x-portkey-gateway-exception") != nil {
            // Row G: it is the provider's broken answer that the gateway stumbled over.
            return failing(
                .malformedAnswer, "\(provider) sent an answer that \(gatewayName) could not read (HTTP \(status)).",
                refusal.answered)
        }
        // What a hosted gateway says of our account with it is judged like a provider's.
        if error.isGatewayFailure, ![401, 402, 403, 408, 412, 429].contains(status) {
            guard status < 500 else {
                return Outcome(
                    .gateway, .gatewayRefused,
                    detail: "\(gatewayName) failed by itself (HTTP \(status))\(quote(refusal.said))",
                    httpStatus: refusal.answered)
            }
            return misconfigured(
                "\(gatewayName) refuses the request\(quote(refusal.said)) \(advice(refusal.words))", refusal.answered,
                .gatewayRefused)
        }
        if error.isGatewayFailure, status == 401 || status == 403 {
            return credentials(
                refusal, isForbidden: status == 403, who: gatewayName,
                advice: "Check the gateway's own key in the configuration.")
        }
        return unknownRoute(refusal) ?? inFront(refusal)
    }

    private func unknownRoute(_ refusal: Refusal) -> Outcome? {
        guard refusal.status == 404, refusal.error.isUnknownRoute else { return nil }
        return Outcome(
            .gateway, .gatewayRefused,
            detail:
                "\(gatewayName) has no endpoint for this request\(quote(refusal.said)) Correct its URL or the model's "
                + "mode.", httpStatus: refusal.answered)
    }

    private func advice(_ words: ErrorWords) -> String {
        let isHosted = context.gateway?.isHosted ?? false
        if words.mention("invalid custom host") {
            return "Name the host in the gateway's TRUSTED_CUSTOM_HOSTS (which replaces its defaults)."
        }
        if words.mention("invalid provider") {
            return context.gateway?.provider?.hasPrefix("@") ?? false && !isHosted
                ? "An '@slug' needs a hosted gateway." : "Name a provider that this gateway knows."
        }
        if words.mention("valid json") { return "A config id needs a hosted gateway: give the config as JSON." }
        if words.mention("is required") {
            return "Set the target's provider or config; a virtual key alone needs a hosted gateway."
        }
        if words.mention("query router") { return "Probe with a config of one target, without conditions." }
        if words.mention("invalid config") { return "Correct the target's config." }
        return "Correct the target's configuration."
    }

    // MARK: LiteLLM

    private func liteLLMsOwn(_ refusal: Refusal) -> Outcome? {
        let (words, status) = (refusal.words, refusal.status)
        let who = isViaGateway ? gatewayName : "LiteLLM at \(context.host)"
        if !isUpstreams(refusal), saysOutOfMoney(refusal) { return quota(refusal, who: who) }
        if status >= 500, words.has(code: ["nodbconnection", "databaseconnectionerror"]) {
            return Outcome(
                .gateway, .gatewayRefused,
                detail: "\(who) cannot reach its database (\(refusal.told))\(quote(refusal.said))",
                httpStatus: refusal.answered)
        }
        let isForbidden = words.has(code: [
            "keymodelaccessdenied", "teammodelaccessdenied", "usermodelaccessdenied", "orgmodelaccessdenied",
        ])
        let isOwnKey =
            isForbidden
            || words.has(code: [
                "nodbconnection", "tokennotfoundindb", "expiredkey", "autherror", "noapikey", "keyblocked",
            ]) && !isUpstreams(refusal)
            || [400, 401, 403].contains(status) && !isUpstreams(refusal)
                && words.mention(any: [
                    "authentication error", "invalid proxy server token", "no api key passed", "malformed api key",
                    "key is blocked", "not allowed to access model", "not allowed to call this route",
                ])
        if isOwnKey {
            return credentials(
                refusal, isForbidden: isForbidden || status == 403, who: who,
                advice: "Check the key of the gateway in the configuration.")
        }
        if isUpstreams(refusal), status == 401 || words.mention("litellm.authenticationerror") {
            let upstream = upstreamName(refusal.error.message) ?? provider
            return credentials(
                refusal, isForbidden: false, who: upstream,
                advice: "It is the key that \(who) holds for \(upstream): correct it there.")
        }
        guard isViaGateway, status == 404, refusal.error.isUnknownRoute else { return nil }
        return misconfigured(
            "\(who) has no endpoint for this request\(quote(refusal.said)) Correct its URL or the model's mode.",
            refusal.answered)
    }

    /// A 5xx in which LiteLLM names no provider: something broke in the gateway itself.
    func gatewaysOwnFailure(_ refusal: Refusal) -> Outcome? {
        guard context.gateway?.kind == .litellm, refusal.status >= 500, !refusal.isInSuccess, !isUpstreams(refusal)
        else { return nil }
        return Outcome(
            .gateway, .gatewayRefused,
            detail: "\(gatewayName) failed by itself (\(refusal.told))\(quote(refusal.said))",
            httpStatus: refusal.answered)
    }

    /// LiteLLM writes the class of its client library's error before what an upstream said.
    private func isUpstreams(_ refusal: Refusal) -> Bool {
        refusal.words.mention(any: ["litellm.", "exception - "])
    }

    /// `OpenAI` of "litellm.AuthenticationError: AuthenticationError: OpenAIException - Incorrect API key".
    private func upstreamName(_ message: String) -> String? {
        guard let end = message.firstRange(of: "Exception - ")?.lowerBound else { return nil }
        let name = String(message[..<end].reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }.reversed())
        return name.isEmpty || name.count > 40 ? nil : name
    }
}
