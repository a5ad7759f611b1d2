import Health
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `{"modelId","kind","for","reason"}`: what is to be said of a model.
struct SilenceOrder {
    static let longest = Duration.seconds(366 * 86_400)

    let modelID: ModelID
    let kind: Notice.Kind
    /// `nil` until somebody ends it, or the model recovers.
    let duration: Duration?
    let reason: String

    init(_ body: ByteBuffer) throws {
        let members = try Members(body, known: ["modelId", "kind", "for", "reason"])
        modelID = ModelID(try members.text("modelId", limit: 512))
        let word = try members.text("kind", limit: 40)
        guard let kind = Notice.Kind(rawValue: word), kind != .maintenance else {
            throw Problem.badBody(
                "kind \(Problem.quoted(word)) is none of acknowledge, silence, pause.", field: "kind")
        }
        self.kind = kind
        duration = try members.duration("for", upTo: Self.longest)
        guard duration != nil || kind == .acknowledge else {
            throw Problem.badBody(
                "for is needed: how long, such as 1h; only an acknowledgement ends by itself.", field: "for")
        }
        reason = try members.optionalText("reason", limit: 500) ?? ""
    }
}

/// `{"title","text","from","until"|"for","models"}`: planned work, or a word to everybody.
struct AnnouncementOrder {
    let title: String
    let text: String
    let from: Date
    let until: Date?
    let models: [ModelID]

    /// What RFC 3339 can write in UTC: the years 0000 to 9999.
    static let years = -62_167_219_200.0..<253_402_300_800

    init(_ body: ByteBuffer, now: Date) throws {
        let members = try Members(body, known: ["title", "text", "from", "until", "for", "models"])
        title = try members.text("title", limit: 200)
        text = try members.optionalText("text", limit: 4_000) ?? ""
        from = try members.time("from") ?? now
        let end = try members.time("until")
        let length = try members.duration("for", upTo: SilenceOrder.longest)
        guard end == nil || length == nil else { throw Problem.badBody("Give until or for, not both.", field: "until") }
        until = end ?? length.map { [from] in from + $0.seconds }
        if let until, !Self.years.contains(until.timeIntervalSince1970) {
            throw Problem.badBody("That would end after the year 9999.", field: "for")
        }
        if let until, until <= from { throw Problem.badBody("until must be later than from.", field: "until") }
        models = try members.texts("models", limit: 512).map { ModelID($0) }
    }

    func announcement(id: String) -> Announcement {
        Announcement(id: id, title: title, text: text, from: from, until: until, models: models)
    }
}

/// `{"text"}`.
struct NoteOrder {
    let text: String

    init(_ body: ByteBuffer) throws {
        text = try Members(body, known: ["text"]).text("text", limit: 4_000)
    }
}

/// The members of a JSON object, each with an error that names it.
struct Members {
    private let values: [String: JSONValue]

    init(_ body: ByteBuffer, known: [String]) throws {
        let value: JSONValue
        do { value = try JSONDecoder().decode(JSONValue.self, from: Data(body.readableBytesView)) } catch {
            throw Problem.badBody("The body is no valid JSON.")
        }
        guard case .object(let members) = value else { throw Problem.badBody("The body must be a JSON object.") }
        if let name = members.keys.filter({ !known.contains($0) }).min() {
            throw Problem.badBody(
                "There is no member \(Problem.quoted(name)), only \(known.joined(separator: ", ")).", field: name)
        }
        values = members
    }

    func optionalText(_ name: String, limit: Int) throws -> String? {
        guard let value = values[name], value != .null else { return nil }
        guard let text = value.string else { throw Problem.badBody("\(name) must be a string.", field: name) }
        guard text.unicodeScalars.count <= limit else {
            throw Problem.badBody("\(name) is longer than \(limit) characters.", field: name)
        }
        return text
    }

    func text(_ name: String, limit: Int) throws -> String {
        guard let text = try optionalText(name, limit: limit), text.contains(where: { !$0.isWhitespace }) else {
            throw Problem.badBody("\(name) is needed.", field: name)
        }
        return text
    }

    func texts(_ name: String, limit: Int) throws -> [String] {
        guard let value = values[name], value != .null else { return [] }
        guard case .array(let items) = value, items.count <= 1_000 else {
            throw Problem.badBody("\(name) must be a list of strings, of at most 1,000.", field: name)
        }
        return try items.map { item in
            guard let text = item.string, !text.isEmpty, text.unicodeScalars.count <= limit else {
                throw Problem.badBody("\(name) must be a list of names.", field: name)
            }
            return text
        }
    }

    func time(_ name: String) throws -> Date? {
        guard let text = try optionalText(name, limit: 60) else { return nil }
        guard let date = Date(rfc3339: text), AnnouncementOrder.years.contains(date.timeIntervalSince1970) else {
            throw Problem.badBody(
                "\(name) \(Problem.quoted(text)) is no RFC 3339 time such as 2026-11-23T10:00:00Z.", field: name)
        }
        return date
    }

    func duration(_ name: String, upTo longest: Duration) throws -> Duration? {
        guard let text = try optionalText(name, limit: 40) else { return nil }
        guard let duration = Query.duration(text), duration >= .seconds(1), duration <= longest else {
            throw Problem.badBody(
                "\(name) \(Problem.quoted(text)) is no time such as 30m, 1h or 7d, of at most 366d.", field: name)
        }
        return duration
    }
}
