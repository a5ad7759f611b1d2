import Health
import Web

/// Which badge is asked for.
struct BadgeOrder: Hashable, Sendable {
    enum Metric: String, CaseIterable, Sendable { case status, uptime, latency, score }
    enum Format: Hashable, Sendable {
        case svg(BadgeImage.Style)
        case json
    }

    private static let longestLabel = 64
    private static let windows = ["24h", "7d", "30d", "90d"]

    var model: ModelID
    var metric: Metric
    /// What uptime looks back.
    var window: Duration
    var label: String
    var format: Format

    static func parameters(isImage: Bool) -> [Parameter] {
        [
            .model.required,
            Parameter("metric", "What it shows.", oneOf: Metric.allCases.map(\.rawValue), default: "status"),
            Parameter("window", "What uptime looks back.", oneOf: windows, default: "24h"),
            Parameter(
                "label", "The words on its left.",
                schema: ["type": "string", "minLength": 1, "maxLength": .number(Double(longestLabel))]),
        ]
            + (isImage
                ? [
                    Parameter(
                        "style", "How it looks.", oneOf: BadgeImage.Style.allCases.map(\.rawValue), default: "flat")
                ]
                : [])
    }

    init(_ query: Query, isImage: Bool) throws(Problem) {
        model = try query.modelID()
        metric = try query.word("metric", of: Metric.self) ?? .status
        let name = query["window"] ?? "24h"
        guard Self.windows.contains(name), let window = Query.duration(name) else {
            throw .badParameter(
                "window", "\(Problem.quoted(name)) is no window; there are \(Self.windows.joined(separator: ", ")).")
        }
        self.window = window
        let standard =
            switch metric {
            case .status: model.rawValue
            case .uptime: "uptime \(name)"
            case .latency: "latency"
            case .score: "health score"
            }
        let scalars = standard.unicodeScalars
        label =
            query["label"]
            ?? (scalars.count > Self.longestLabel
                ? String(String.UnicodeScalarView(scalars.prefix(Self.longestLabel - 1))) + "…" : standard)
        guard !label.isEmpty, label.unicodeScalars.count <= Self.longestLabel else {
            throw .badParameter("label", "label must have 1 to \(Self.longestLabel) characters.")
        }
        format = isImage ? .svg(try query.word("style", of: BadgeImage.Style.self) ?? .flat) : .json
    }
}

extension Query {
    /// One of a type's words; `nil` without the parameter.
    func word<Word: RawRepresentable & CaseIterable>(
        _ name: String, of type: Word.Type
    ) throws(Problem) -> Word? where Word.RawValue == String {
        guard let text = self[name] else { return nil }
        guard let word = Word(rawValue: text) else {
            let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badParameter(name, "\(Problem.quoted(text)) is no \(name); there are \(known).")
        }
        return word
    }
}
