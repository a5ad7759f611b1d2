import Health

/// Holds an answer against the assertions of a custom check.
struct CheckJudge: Sendable {
    let check: CheckDefinition
    let redactor: Redactor

    /// The verdict of the check: the plain one where the model gave no answer to look at, else that of the assertions.
    ///
    /// A check that asserts a status accepts that status, an error status too.
    func verdict(on exchange: Exchange, plain: Verdict) -> Verdict {
        let wanted = check.assertions.compactMap { if case .status(let status) = $0 { status } else { nil } }
        let isExpected = exchange.failure == nil && exchange.status.map(wanted.contains) ?? false
        guard plain.outcome.class == .ok || isExpected else { return plain }
        var verdict = plain
        if plain.outcome.class != .ok { verdict.outcome = Outcome(.ok, httpStatus: exchange.status) }
        let failed = check.assertions.lazy.compactMap { failure(of: $0, exchange, plain) }.first
        if let failed {
            verdict.outcome = Outcome(
                .failing, .assertion, detail: redactor.clean("Check '\(check.name)': \(failed)."),
                httpStatus: exchange.status)
        }
        return verdict
    }

    /// What was expected and what came; `nil` when the assertion holds.
    private func failure(of assertion: CheckDefinition.Assertion, _ exchange: Exchange, _ plain: Verdict) -> String? {
        let text = plain.answer?.text ?? String(decoding: exchange.body.prefix(64 << 10), as: UTF8.self)
        switch assertion {
        case .contains(let part):
            return text.contains(part) ? nil : "expected an answer with '\(part)', got \(excerpt(text))"
        case .matches(let pattern):
            guard let regex = try? Regex(pattern) else {
                return "'\(pattern)' is no regular expression; correct the check"
            }
            let isMatch = (try? regex.firstMatch(in: text.prefix(64 << 10))) != nil
            return isMatch ? nil : "expected an answer that matches /\(pattern)/, got \(excerpt(text))"
        case .latencyBelow(let limit):
            return exchange.duration < limit
                ? nil : "expected an answer within \(limit.text), it took \(exchange.duration.text)"
        case .status(let status):
            return exchange.status == status ? nil : "expected HTTP \(status), got \(exchange.status ?? 0)"
        case .json(let path, let expected):
            guard let json = JSONText.parse(exchange.body) else { return "expected JSON, got \(excerpt(text))" }
            guard let found = JSONPath(path).value(in: json) else {
                return "expected a value at '\(path)', there is none"
            }
            guard let expected, found != expected else { return nil }
            return "expected \(JSONText.text(expected)) at '\(path)', got \(excerpt(JSONText.text(found)))"
        case .minimumOutputTokens(let least):
            let count = plain.answer?.outputTokens
            return count.map { $0 >= least } ?? false
                ? nil : "expected at least \(least) output tokens, got \(count.map { "\($0)" } ?? "no count")"
        }
    }

    private func excerpt(_ text: String) -> String {
        text.isEmpty ? "nothing" : "'\(redactor.clean(text, limit: 80))'"
    }
}

/// A way to a value in JSON: names and numbers of elements, joined by dots.
struct JSONPath: Sendable, Hashable {
    private let steps: [String]

    /// - Parameter path: `choices.0.message.content`; `$.` and `[0]` are understood too.
    init(_ path: String) {
        var plain = path[...]
        if plain.first == "$" { plain = plain.dropFirst() }
        steps = plain.split { ".[]".contains($0) }.map { String($0) }
    }

    func value(in json: JSONValue) -> JSONValue? {
        var value = json
        for step in steps {
            if let items = value.array {
                guard let index = Int(step), items.indices.contains(index) else { return nil }
                value = items[index]
            } else {
                guard let member = value[step] else { return nil }
                value = member
            }
        }
        return value
    }
}
