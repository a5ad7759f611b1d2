import Health

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
