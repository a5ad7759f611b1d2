#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What an operator has said of a model: that somebody knows, or that nobody wants to hear of it for a while.
///
/// Probes go on, whatever is said; alerts do not.
public struct Notice: Sendable, Hashable, Codable {
    /// What an operator can say of a model.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// Somebody takes care of it: no more alerts until the model is healthy again.
        case acknowledge
        /// No alerts for a while.
        case silence
        /// No alerts and no traffic for a while: it is being worked on.
        case pause
        /// A maintenance window that was planned.
        case maintenance
    }

    /// Unique.
    public var id: String
    /// The model it is about.
    public var modelId: ModelID
    /// What is said.
    public var kind: Kind
    /// When it was said, or begins.
    public var at: Date
    /// `nil` for as long as it takes.
    public var until: Date?
    /// Why, in the operator's words.
    public var reason: String
    /// The name of the token, or where it comes from.
    public var by: String

    /// `until`: when it ends; `nil` when it ends with the trouble, or is taken back.
    public init(
        id: String, modelId: ModelID, kind: Kind, at: Date, until: Date?, reason: String, by: String
    ) {
        self.id = id
        self.modelId = modelId
        self.kind = kind
        self.at = at
        self.until = until
        self.reason = reason
        self.by = by
    }

    /// Whether it holds at a time.
    public func holds(at now: Date) -> Bool { at <= now && until.map { now < $0 } ?? true }

    enum CodingKeys: String, CodingKey { case id, modelId, kind, at, until, reason, by }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(modelId, forKey: .modelId)
        try container.encode(kind, forKey: .kind)
        try container.encode(at, forKey: .at)
        // An explicit null: no end is known.
        try container.encode(until, forKey: .until)
        try container.encode(reason, forKey: .reason)
        try container.encode(by, forKey: .by)
    }
}

/// Something that people should know: planned work on some models, or any word to everybody.
public struct Announcement: Sendable, Hashable, Codable {
    /// Unique.
    public var id: String
    /// One line.
    public var title: String
    /// More lines; may be empty.
    public var text: String
    /// From when on it holds.
    public var from: Date
    /// `nil` until it is taken back.
    public var until: Date?
    /// Names or patterns with `*` and `?`; empty for all.
    public var models: [ModelID]

    /// `models`: whom it is about; all when empty.
    public init(id: String, title: String, text: String = "", from: Date, until: Date?, models: [ModelID] = []) {
        self.id = id
        self.title = title
        self.text = text
        self.from = from
        self.until = until
        self.models = models
    }

    /// Whether it is over.
    public func isOver(at now: Date) -> Bool { until.map { $0 <= now } ?? false }

    /// Whether it holds for a model at a time.
    public func holds(for model: ModelID, at now: Date) -> Bool {
        from <= now && !isOver(at: now) && concerns(model)
    }

    /// Whether it is about a model.
    public func concerns(_ model: ModelID) -> Bool {
        models.isEmpty || models.contains { $0 == model || NamePattern($0.rawValue).matches(model.rawValue) }
    }

    enum CodingKeys: String, CodingKey { case id, title, text, from, until, models }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(title, forKey: .title)
        try container.encode(text, forKey: .text)
        try container.encode(from, forKey: .from)
        try container.encode(until, forKey: .until)
        try container.encode(models, forKey: .models)
    }
}

/// What somebody wrote on an incident.
public struct IncidentNote: Sendable, Hashable, Codable {
    /// When it was written.
    public var at: Date
    /// What was written.
    public var text: String
    /// Who wrote it.
    public var author: String

    /// A note on an incident.
    public init(at: Date, text: String, author: String) {
        self.at = at
        self.text = text
        self.author = author
    }
}
