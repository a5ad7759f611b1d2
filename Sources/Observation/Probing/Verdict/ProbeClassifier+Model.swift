import Health

extension ProbeClassifier {
    /// Whose answer it is: of the model that was asked for, or of one that stood in for it.
    func checkModel(_ exchange: Exchange, _ status: Int, _ verdict: inout Verdict) {
        if let outcome = fallback(exchange, status) {
            verdict.outcome = outcome
            return
        }
        let index = fallbackIndex(exchange)
        let isFallback = index.map { $0 > 0 } ?? false
        guard let name = verdict.answer?.model, !name.isEmpty, name != context.model else {
            if isFallback { verdict.notes.append("\(gatewayName) used a later target of its config") }
            return
        }
        // As it is remembered and shown.
        let answered = context.redactor.clean(name, limit: 120)
        if accepts(answered) {
            verdict.notes.append("answers as '\(answered)'")
            return
        }
        guard verdict.outcome.class == .ok else { return }
        let what = "asked for '\(context.model)', '\(answered)' answered"
        if isFallback, ModelName(answered).isCertainlyNot(ModelName(context.model)) {
            verdict.outcome = misconfigured(
                "Of \(provider), \(what): \(gatewayName) fell back to another target. Probe with a config of one target.",
                status, .otherModelAnswered)
            return
        }
        guard let usual = context.usualName, !isSame(answered, usual) else {
            // Nobody has answered before, or always this one has: an alias.
            verdict.notes.append("answers as '\(answered)'")
            return
        }
        let was = usual == context.model ? "it used to answer by its own name" : "'\(usual)' used to"
        let finding =
            "At \(provider), \(what), where \(was). If that is as it should be, add '\(answered)' to the model's answersAs."
        switch context.onOtherModel {
        case .ignore: verdict.notes.append(finding)
        case .degraded: verdict.outcome = Outcome(.ok, .otherModelAnswered, detail: finding, httpStatus: status)
        case .unhealthy: verdict.outcome = failing(.otherModelAnswered, finding, status)
        }
    }

    /// Whether a name is the model's own: the one asked for, with a version, or one that the operator accepts.
    func accepts(_ answered: String) -> Bool {
        let isStrict = context.usualName == context.model
        return isSame(answered, context.model, isStrict: isStrict)
            || context.answersAs.contains { $0.matches(answered) }
    }

    /// The same name, or one of the two with a version behind it.
    ///
    /// - Parameter isStrict: another name of the same family (`deepseek-v3` for `deepseek-chat`) is another one. It is
    ///   once the target has answered in the very name that it is asked by.
    private func isSame(_ answered: String, _ known: String, isStrict: Bool = false) -> Bool {
        if answered == known { return true }
        let (name, other) = (ModelName(answered), ModelName(known))
        guard !name.isCertainlyNot(other), !other.isCertainlyNot(name) else { return false }
        return name == other || name.isVersion(of: other) || other.isVersion(of: name)
            || !isStrict && name.isOfFamily(of: other)
    }

    // MARK: A gateway's own fallback

    /// LiteLLM tells in headers that another deployment than the asked one answered.
    private func fallback(_ exchange: Exchange, _ status: Int) -> Outcome? {
        let attempts = exchange.header("x-litellm-attempted-fallbacks").flatMap { Int($0) } ?? 0
        let group = exchange.header("x-litellm-model-group")
        let isOther = group.map { !$0.isEmpty && !accepts($0) && !NamePattern($0).matches(context.model) } ?? false
        let isCloudflares = exchange.header("cf-aig-step").flatMap { Int($0) }.map { $0 > 0 } ?? false
        if isCloudflares {
            return misconfigured(
                "Asked for '\(context.model)', a later step of Cloudflare's AI Gateway answered, which says nothing of the "
                    + "model. Probe a route of one step.", status, .otherModelAnswered)
        }
        guard attempts > 0 || isOther else { return nil }
        let who = isViaGateway ? gatewayName : "LiteLLM at \(context.host)"
        let advice =
            isViaGateway
            ? "It does so although probes ask for no fallbacks."
            : "Configure it as a gateway of kind litellm, so that probes ask for no fallbacks."
        let other = group.map { " by '\($0)'" } ?? ""
        return misconfigured(
            "Asked for '\(context.model)', \(who) answered\(other) after a fallback of its own, which says nothing of the "
                + "model. \(advice)", status, .otherModelAnswered)
    }

    /// The `n` of Portkey's `config.targets[n]`.
    private func fallbackIndex(_ exchange: Exchange) -> Int? {
        guard isViaGateway, let text = exchange.header("x-portkey-last-used-option-index"),
            let open = text.firstIndex(of: "["), let close = text.firstIndex(of: "]"), open < close
        else { return nil }
        return Int(text[text.index(after: open)..<close])
    }
}
