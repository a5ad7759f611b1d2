import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

extension RecordedEvidence {
    /// Reads lines of JSON; made once for a recording.
    package struct Reader {
        private let decoder = JSONDecoder()

        package init() {}

        package func read(_ line: Data) throws(RecordingProblem) -> RecordedEvidence {
            do {
                return try decoder.decode(Line.self, from: line).evidence
            } catch let problem as RecordingProblem {
                throw problem
            } catch {
                throw RecordingProblem("is no JSON object; write one piece of evidence a line, such as \(example)")
            }
        }
    }

    private static let example =
        #"{"at":"2026-11-23T10:00:00.000Z","modelId":"gpt-4o","provider":"openai","outcome":"ok","latencyMs":412}"#
    fileprivate static let longestLatency = 86_400_000.0
    fileprivate static let mostAtOnce = 1_000_000.0
}

/// The keys of a line.
private enum Field: String, CaseIterable, CodingKey {
    case at, modelId, provider, outcome, latencyMs, source, count, startedAt, target, detail, cause
}

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

private struct Line: Decodable {
    let evidence: RecordedEvidence

    init(from decoder: any Decoder) throws {
        let fields = Fields(values: try decoder.container(keyedBy: Field.self))
        let at = try fields.required(fields.time(.at), .at)
        let outcome: Outcome.Class = try fields.required(fields.choice(.outcome), .outcome)
        let count = try fields.number(.count, 1...RecordedEvidence.mostAtOnce) ?? 1
        var evidence = RecordedEvidence(
            at: at, startedAt: try fields.time(.startedAt),
            modelID: ModelID(try fields.required(fields.text(.modelId), .modelId)),
            target: try fields.text(.target) ?? TargetName.default,
            provider: try fields.required(fields.text(.provider), .provider),
            outcome: Outcome(
                outcome, try fields.choice(.cause) ?? outcome.usualCause, detail: try fields.text(.detail) ?? ""),
            count: Int(count),
            latency: try fields.number(.latencyMs, 0...RecordedEvidence.longestLatency).map { .milliseconds($0) },
            source: try fields.choice(.source) ?? .probe)
        guard count == count.rounded() else { throw RecordingProblem("`count` must be a whole number") }
        try Self.checkNames(of: decoder)
        try Self.checkStart(&evidence)
        self.evidence = evidence
    }

    private static func checkStart(_ evidence: inout RecordedEvidence) throws {
        guard let startedAt = evidence.startedAt else { return }
        guard evidence.isLook else {
            throw RecordingProblem("`startedAt` is for looks; leave it out where users' requests are recorded")
        }
        guard evidence.count == 1 else {
            throw RecordingProblem("`startedAt` is that of one look; leave it out or write `count` 1")
        }
        let seconds = evidence.at.timeIntervalSince(startedAt)
        guard seconds >= 0 else {
            throw RecordingProblem("`startedAt` is later than `at`; write when the look left and when it came back")
        }
        if evidence.latency == nil, evidence.outcome.class == .ok { evidence.latency = .seconds(seconds) }
    }

    private static func checkNames(of decoder: any Decoder) throws {
        let known = Set(Field.allCases.map(\.rawValue))
        let names = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
        guard let unknown = names.filter({ !known.contains($0) }).min() else { return }
        throw RecordingProblem("unknown key '\(unknown.prefix(60))'; the keys are \(list(Field.allCases))")
    }
}

private func list<Name: RawRepresentable<String>>(_ names: [Name]) -> String {
    names.map(\.rawValue).joined(separator: ", ")
}

/// Values of a line by their keys; `null` is as good as nothing.
private struct Fields {
    let values: KeyedDecodingContainer<Field>

    func required<Value>(_ value: Value?, _ field: Field) throws -> Value {
        guard let value else { throw RecordingProblem("`\(field.rawValue)` is missing; every line needs it") }
        return value
    }

    func text(_ field: Field) throws -> String? {
        guard let text = try value(field, as: String.self, "a text") else { return nil }
        if text.isEmpty, field != .detail { throw RecordingProblem("`\(field.rawValue)` is empty; write something") }
        return text
    }

    func time(_ field: Field) throws -> Date? {
        guard let text = try text(field) else { return nil }
        if let date = Date(rfc3339: text) { return date }
        throw RecordingProblem(
            "`\(field.rawValue)`: '\(text.prefix(60))' is no RFC 3339 time; write one such as 2026-11-23T10:00:00.000Z")
    }

    func choice<Value: RawRepresentable<String> & CaseIterable>(_ field: Field) throws -> Value? {
        guard let text = try text(field) else { return nil }
        if let value = Value(rawValue: text) { return value }
        throw RecordingProblem(
            "`\(field.rawValue)`: '\(text.prefix(60))' is not known; write one of \(list(Array(Value.allCases)))")
    }

    func number(_ field: Field, _ range: ClosedRange<Double>) throws -> Double? {
        let bounds = "a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))"
        guard let number = try value(field, as: Double.self, bounds) else { return nil }
        if range.contains(number) { return number }
        throw RecordingProblem("`\(field.rawValue)` is out of range; write \(bounds)")
    }

    private func value<Value: Decodable>(_ field: Field, as type: Value.Type, _ wanted: String) throws -> Value? {
        do {
            return try values.decodeIfPresent(type, forKey: field)
        } catch {
            throw RecordingProblem("`\(field.rawValue)` takes \(wanted)")
        }
    }
}
