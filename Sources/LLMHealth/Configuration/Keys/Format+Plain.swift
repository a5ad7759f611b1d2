import Basics
import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

// Values that are one scalar.

extension ConfigurationReader {
    /// The scalar of a node, or a problem that says what was wanted.
    mutating func scalar(_ node: ConfigurationNode, wanted: String) -> ConfigurationNode.Scalar? {
        if let scalar = node.scalar { return scalar }
        note(node, "takes \(wanted), not \(node.kind)")
        return nil
    }

    /// How a scalar is named in a message; what came from the environment may be a secret.
    func shown(_ scalar: ConfigurationNode.Scalar) -> String {
        if scalar.isExpanded { return "the variable's value" }
        // Whoever writes an address with a password in it, wherever, does not want to read it in a log.
        if scalar.text.contains("@"), scalar.text.contains("://") { return "the address" }
        return scalar.text.unicodeScalars.count > 60 ? "'\(scalar.text.prefix(57))…'" : "'\(scalar.text)'"
    }
}

extension Format {
    /// One scalar; `parse` gives the value or says what to write.
    fileprivate static func scalar(
        _ shape: Shape, wanted: String, show: @escaping @Sendable (Value) -> String?,
        parse: @escaping @Sendable (ConfigurationNode.Scalar) -> Parsed<Value>
    ) -> Format {
        Format(
            shape: shape,
            read: { node, reader in
                guard let scalar = reader.scalar(node, wanted: wanted) else { return nil }
                switch parse(scalar) {
                case .value(let value): return value
                case .problem(let problem):
                    reader.note(node, "\(reader.shown(scalar)) \(problem)")
                    return nil
                }
            }, show: show)
    }
}

private enum Parsed<Value> {
    case value(Value)
    /// Follows the written text: "is no …; write …".
    case problem(String)
}

extension Format where Value == String {
    /// Any text that is not empty.
    static var text: Format { text(form: "text") }

    /// - Parameters:
    ///   - form: names the kind of text for people.
    ///   - pattern: a regular expression for editors.
    ///   - problem: what is wrong with a text; `nil` when nothing is.
    static func text(
        form: String, pattern: String? = nil, problem: @escaping @Sendable (String) -> String? = { _ in nil }
    ) -> Format {
        scalar(.text(form: form, pattern: pattern), wanted: "a text", show: { $0 }) { scalar in
            if scalar.text.isEmpty { return .problem("is empty; write something or remove the key") }
            if scalar.text.unicodeScalars.contains(where: {
                $0.value < 32 && $0 != "\n" && $0 != "\t" || $0.value == 127
            }) {
                return .problem("holds a control character; remove it")
            }
            return problem(scalar.text).map { .problem($0) } ?? .value(scalar.text)
        }
    }

    /// A path, made relative to the file that names it.
    static func path(form: String = "path") -> Format {
        let text = text(form: form)
        return Format(
            shape: text.shape,
            read: { node, reader in
                text.read(node, &reader).map { $0 == ":memory:" ? $0 : node.origin.resolve(path: $0) }
            }, show: { $0 })
    }

    static var providerURLPattern: String { "^https?://.+|\\$\\{" }

    /// The address of a provider, as its documentation or an SDK has it: an endpoint at its end, or Azure's deployment
    /// and version, are taken.
    static var providerURL: Format {
        text(form: "URL", pattern: providerURLPattern) { text in
            switch ProviderAddress.read(text) {
            case .success: nil
            case .failure(let problem): problem.text
            }
        }
    }

    /// The address of a server of which only the root is wanted; an endpoint at its end is taken off.
    static var serverURL: Format {
        let url = url
        return Format(
            shape: url.shape,
            read: { node, reader in
                url.read(node, &reader).map { written in
                    guard var address = try? HTTPAddress.read(written).get(), address.removeEndpoint() != nil else {
                        return written
                    }
                    return address.text
                }
            }, show: { $0 })
    }

    /// An `http` or `https` address.
    static var url: Format {
        text(form: "URL", pattern: "^https?://.+|\\$\\{") { text in
            switch HTTPAddress.read(text) {
            case .success: nil
            case .failure(let problem): problem.text
            }
        }
    }
}

extension Format where Value == Bool {
    static var flag: Format {
        scalar(.flag, wanted: "true or false", show: { $0 ? "true" : "false" }) { scalar in
            switch scalar.text.lowercased() {
            case "true", "yes", "on": .value(true)
            case "false", "no", "off": .value(false)
            default: .problem("is neither true nor false; write one of them")
            }
        }
    }
}

extension Format where Value == Int {
    static func whole(_ range: ClosedRange<Int>) -> Format {
        scalar(.whole(range), wanted: "a whole number", show: { "\($0)" }) { scalar in
            let bounds = "\(range.lowerBound) to \(range.upperBound)"
            guard let value = PlainNumber.readWhole(scalar.text) else {
                return .problem("is no whole number; write one from \(bounds)")
            }
            if !scalar.isPlain { return .problem("is a text in quotes; write \(value) without them") }
            return range.contains(value) ? .value(value) : .problem("is out of range; write \(bounds)")
        }
    }
}

extension Format where Value == Double {
    /// A share of a whole, written as a percentage; a fraction 0…1.
    static var share: Format {
        scalar(
            .text(form: "percentage", pattern: "^[0-9]+(\\.[0-9]+)?%$|\\$\\{"), wanted: "a percentage such as 1%",
            show: { "\(NumberText.write($0 * 100))%" }
        ) { scalar in
            guard scalar.text.hasSuffix("%"), let value = PlainNumber.read(String(scalar.text.dropLast())) else {
                return .problem("is no percentage; write one such as 1%")
            }
            guard value > 0, value <= 100 else { return .problem("is out of range; write more than 0% to 100%") }
            return .value(value / 100)
        }
    }

    static func number(_ range: ClosedRange<Double>) -> Format {
        scalar(.number(range), wanted: "a number", show: NumberText.write) { scalar in
            let bounds = "\(NumberText.write(range.lowerBound)) to \(NumberText.write(range.upperBound))"
            guard let value = PlainNumber.read(scalar.text) else {
                return .problem("is no number; write one from \(bounds)")
            }
            if !scalar.isPlain { return .problem("is a text in quotes; write \(NumberText.write(value)) without them") }
            return range.contains(value) ? .value(value) : .problem("is out of range; write \(bounds)")
        }
    }
}

extension Format where Value == Duration {
    static func duration(_ range: ClosedRange<Duration>) -> Format {
        scalar(.duration(range), wanted: "a duration such as 15s", show: { DurationText.write($0) }) { scalar in
            guard let value = DurationText.parse(scalar.text) else {
                let advice = scalar.isExpanded ? "write a duration such as 15s" : DurationText.advice(on: scalar.text)
                return .problem("is no duration; \(advice)")
            }
            return range.contains(value)
                ? .value(value)
                : .problem(
                    "is out of range; write \(DurationText.write(range.lowerBound)) to \(DurationText.write(range.upperBound))"
                )
        }
    }
}

extension Format where Value == Duration {
    private static var periods: [(name: String, length: Duration)] {
        [
            ("second", .seconds(1)), ("minute", .seconds(60)), ("hour", .seconds(3_600)), ("day", .seconds(86_400)),
            ("month", .seconds(30 * 86_400)),
        ]
    }

    /// What a limit is counted over: a word, or a duration.
    static var period: Format {
        let names = periods.map(\.name)
        let form = names.map { "`\($0)`" }.joined(separator: ", ") + ", or a duration"
        return scalar(
            .text(form: form, pattern: "^(\(names.joined(separator: "|")))$|^[0-9].*|\\$\\{"),
            wanted: "a period such as day",
            show: { DurationText.write($0) }
        ) { scalar in
            if let word = periods.first(where: { $0.name == scalar.text }) { return .value(word.length) }
            guard let value = DurationText.parse(scalar.text), value >= .seconds(1) else {
                return .problem("is no period; write one of \(names.joined(separator: ", ")), or a duration such as 5h")
            }
            return .value(value)
        }
    }
}

extension Format where Value == Date {
    /// An instant, in RFC 3339.
    static var time: Format {
        scalar(
            .text(form: "RFC 3339 time", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T.+|\\$\\{"), wanted: "a time",
            show: { $0.timeIntervalSince1970 == 0 ? nil : $0.rfc3339 }
        ) { scalar in
            guard let date = Date(rfc3339: scalar.text) else {
                return .problem("is no time; write one like 2026-12-24T22:00:00+01:00")
            }
            return .value(date)
        }
    }
}

extension Format where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of a type's cases, by its name.
    static var choice: Format {
        let names = Value.allCases.map(\.rawValue)
        return scalar(.choice(names), wanted: "one of \(names.joined(separator: ", "))", show: { $0.rawValue }) {
            scalar in
            if let value = Value(rawValue: scalar.text) { return .value(value) }
            return .problem("is not known here; \(Spelling.hint(for: scalar.text, among: names))")
        }
    }
}

/// Numbers as people write them.
enum NumberText {
    static func write(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
