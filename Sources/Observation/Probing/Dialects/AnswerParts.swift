import Basics
import Health

/// What a part of an answer holds, under whichever name servers give it.
///
/// Reasoning alone comes as `reasoning_content`, `reasoning`, `reasoning_text`, `thinking`, `thoughts`,
/// `reasoning_details` and more: a name is taken by what it speaks of.
enum AnswerParts {
    private static let carriers: [StaticString] = [
        "content", "text", "reason", "think", "thought", "refusal", "tool_call", "function_call", "audio", "image",
        "summary", "partial_json", "input", "arguments", "transcript", "parts", "message",
    ]

    /// Whether a delta, message or content block holds anything that a model made.
    static func carries(_ part: JSONValue) -> Bool {
        guard let fields = part.object else { return isSomething(part) }
        return fields.contains { name, value in
            carriers.contains { name.hasASCII(anyCase: $0) }
                && !["finish_reason", "stop_reason"].contains(name.lowercased())
                && (name.hasASCII(anyCase: "tool_call") || name.hasASCII(anyCase: "function_call")
                    ? isThere(value) : isSomething(value))
        }
    }

    /// A call of a tool counts from its first sign on: its name and arguments come later.
    private static func isThere(_ value: JSONValue) -> Bool {
        value.array.map { !$0.isEmpty } ?? value.object.map { !$0.isEmpty } ?? false
    }

    /// A text that is not empty, anywhere in the value.
    private static func isSomething(_ value: JSONValue) -> Bool {
        switch value {
        case .string(let text): !text.isEmpty
        case .array(let items): items.contains(where: isSomething)
        case .object(let fields):
            fields.contains { name, value in
                !["type", "id", "index", "format", "role", "signature"].contains(name) && isSomething(value)
            }
        default: false
        }
    }
}

/// The data of one event of a stream.
enum EventData: Sendable {
    /// Nothing, or a word that only keeps the connection open.
    case heartbeat
    /// `[DONE]`.
    case done
    /// More than one where a server writes several events without the blank lines between them.
    case json([JSONValue])
    case unreadable

    init(_ event: ServerSentEvent) {
        if event.data.utf8.count > 2, event.data.utf8.first == UInt8(ascii: "{"), let json = JSONText.parse(event.data),
            json.object?.isEmpty == false
        {
            self = .json([json])
            return
        }
        let data = event.data.filter { !$0.isNewline }.split(separator: " ").joined(separator: " ")
        switch data {
        case "[DONE]", "\"[DONE]\"": self = .done
        case "", "null", "{}", "[]", "\"\"": self = .heartbeat
        default:
            if let json = JSONText.parse(event.data), json.object != nil || json.array != nil {
                self = .json(json.array ?? [json])
            } else if let pieces = Self.lines(of: event.data) {
                self = pieces
            } else {
                let isWord = data.utf8.count <= 40 && data.allSatisfy { $0.isLetter || ": -_.".contains($0) }
                self = isWord && event.name != "error" || event.name == "ping" ? .heartbeat : .unreadable
            }
        }
    }

    private static func lines(of data: String) -> EventData? {
        let lines = data.split(whereSeparator: \.isNewline)
        guard lines.count > 1 else { return nil }
        let pieces = lines.filter { $0 != "[DONE]" }.map { JSONText.parse(String($0)) }
        guard pieces.allSatisfy({ $0?.object != nil }) else { return nil }
        let isDone = lines.count > pieces.count
        return .json(pieces.compactMap { $0 } + (isDone ? [.string("[DONE]")] : []))
    }
}
