import Health

extension Configuration {
    static let interval = Duration.seconds(1)...(.seconds(86_400))
    static let timeout = Duration.milliseconds(100)...(.seconds(600))
    static let tokenCap = 1...4_096
}

extension Configuration.Defaults {
    static let section = Section(
        "defaults", Configuration.Defaults(),
        [
            Key(
                "interval", \.interval, .duration(Configuration.interval), "between two scheduled probes of one target"),
            Key(
                "timeout", \.timeout, .duration(Configuration.timeout),
                "for a whole probe, from connecting to the last byte"),
            Key("streaming", \.streaming, .choice, "when probes stream: `auto` is every fourth"),
            Key("maxTokens", \.maxTokens, .whole(Configuration.tokenCap), "cap on a probe's output tokens"),
            Key("prompt", \.prompt, .text, "the probe's text; a nonce is added"),
            Key(
                "uptimeObjective", \.uptimeObjective, .number(0...100),
                "the share of the time that a model should be up, in percent"),
        ])
}

extension Configuration.Model {
    static let section = Section(
        "a model", Configuration.Model(provider: ""),
        check: { model, node, reader in
            if model.id == nil, model.model == nil {
                reader.note(node, "a model needs a name; add `id:` or `model:`")
            }
        },
        [
            Key("id", optional: \.id, .text, "unique in the fleet", standard: "the model's name"),
            Key(
                "provider", \.provider, .text(form: "a key of `providers`"),
                "who serves it; \(LocalRuntime.kinds) where those are watched", isRequired: true),
            Key("model", optional: \.model, .text, "the model's name at the provider", standard: "the id"),
            Key("enabled", \.isEnabled, .flag, "whether it is probed: switch models on one by one"),
            Key(
                "interval", optional: \.interval, .duration(Configuration.interval),
                "between two scheduled probes of one target", standard: "`defaults.interval`"),
            Key(
                "timeout", optional: \.timeout, .duration(Configuration.timeout), "for a whole probe",
                standard: "`defaults.timeout`"),
            Key("mode", \.mode, .choice, "what it is asked, and so which answer means alive"),
            Key("streaming", optional: \.streaming, .choice, "when probes stream", standard: "`defaults.streaming`"),
            Key(
                "tokenLimit", \.tokenLimit, .choice,
                "the request field that caps output tokens; `auto` learns it from a refusal"),
            Key(
                "maxTokens", optional: \.maxTokens, .whole(Configuration.tokenCap), "cap on a probe's output tokens",
                standard: "`defaults.maxTokens`"),
            Key(
                "temperature", optional: \.temperature, .number(0...2),
                "sent only when set: reasoning models refuse any but 1", standard: "not sent"),
            Key(
                "prompt", optional: \.prompt, .text, "the probe's text; a nonce is added", standard: "`defaults.prompt`"
            ),
            Key(
                "uptimeObjective", optional: \.uptimeObjective, .number(0...100),
                "the share of the time that it should be up, in percent", standard: "`defaults.uptimeObjective`"),
            Key("metadata", \.metadata, .map(of: .json, name: "name"), "added to the metadata of its probes"),
            Key("capabilities", \.capabilities, .list(.text), "free words that routes may ask for"),
            Key(
                "price", optional: \.price, TokenPrice.section.format, "for the cost estimate",
                standard: "that of the provider"),
            Key("headers", \.headers, .headers, "sent with its probes, replacing the provider's of the same name"),
            Key(
                "targets", \.targets, .list(Configuration.Target.section.format),
                "several ways to it, each watched by itself"),
            Key(
                "answersAs", \.answersAs, .oneOrMore(.text(form: "pattern")),
                "names that it may answer in beside its own (`gpt-4o*`): what a gateway's alias stands for"),
            Key(
                "onOtherModel", \.onOtherModel, .choice,
                "what it makes of the status when another model than before answers"),
            Key("checks", \.checks, .list(CheckDefinition.section.format), "health checks of your own"),
        ])
}

extension CheckDefinition {
    static let section = Section(
        "a check", CheckDefinition(name: ""),
        check: { check, node, reader in
            if check.prompt == nil, check.body == nil {
                reader.note(node, "a check needs something to send; add `prompt:` or `body:`")
            }
            if check.prompt != nil, check.body != nil { reader.note(node, "has both `prompt` and `body`; keep one") }
            if check.assertions.isEmpty { reader.note(node, "a check needs `assertions`; without them it cannot fail") }
        },
        [
            Key("name", \.name, .text, "unique in its model", isRequired: true),
            Key("prompt", optional: \.prompt, .text, "sent as the user message"),
            Key("body", optional: \.body, .json, "sent as it is, with `model` filled in when it is missing"),
            Key("headers", \.headers, .headers, "sent with it"),
            Key("assertions", \.assertions, .list(AssertionText.format), "all must hold"),
            Key("interval", \.interval, .duration(Duration.seconds(5)...(.seconds(7 * 86_400))), "between two runs"),
            Key("weight", \.weight, .number(0...1), "how much of the score a failing check takes away"),
        ])
}

/// An assertion as it is written: a map with one key.
private struct AssertionText: Sendable {
    var contains: String?
    var matches: String?
    var latencyBelow: Duration?
    var status: Int?
    var json: String?
    var equals: JSONValue?
    var minimumOutputTokens: Int?

    static let section = Section(
        "an assertion", AssertionText(),
        [
            Key("contains", optional: \.contains, .text, "the answer's text contains this"),
            Key(
                "matches", optional: \.matches,
                .text(form: "regular expression") { text in
                    (try? Regex(text)) == nil ? "is no regular expression; check its brackets and backslashes" : nil
                }, "the answer's text matches this"),
            Key(
                "latencyBelow", optional: \.latencyBelow, .duration(.milliseconds(1)...(.seconds(600))),
                "the answer comes within this time"),
            Key("status", optional: \.status, .whole(100...599), "the HTTP status is this"),
            Key(
                "json", optional: \.json, .text(form: "path"),
                "the value at this path (`choices.0.message.content`) exists, or is that of `equals`"),
            Key("equals", optional: \.equals, .json, "what the value at `json` must be"),
            Key(
                "minimumOutputTokens", optional: \.minimumOutputTokens, .whole(1...100_000),
                "at least this many output tokens"),
        ])

    static var format: Format<CheckDefinition.Assertion> {
        Format(
            shape: .section(section.shape),
            read: { node, reader in
                let before = reader.problems.count
                guard let text = section.read(node, &reader), reader.problems.count == before else { return nil }
                let all = text.all
                if all.count == 1, text.equals == nil || text.json != nil { return all[0] }
                reader.note(
                    node,
                    all.isEmpty
                        ? "asserts nothing; write e.g. {contains: pong}"
                        : "holds several assertions; write each as an entry of its own")
                return nil
            }, show: { _ in nil })
    }

    private var all: [CheckDefinition.Assertion] {
        var all: [CheckDefinition.Assertion] = []
        if let contains { all.append(.contains(contains)) }
        if let matches { all.append(.matches(matches)) }
        if let latencyBelow { all.append(.latencyBelow(latencyBelow)) }
        if let status { all.append(.status(status)) }
        if let json { all.append(.json(path: json, equals: equals)) }
        if let minimumOutputTokens { all.append(.minimumOutputTokens(minimumOutputTokens)) }
        return all
    }
}
