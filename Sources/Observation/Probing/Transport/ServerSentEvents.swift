/// One event of a stream.
struct ServerSentEvent: Sendable, Hashable {
    /// The `event:` field; empty when there was none.
    var name: String
    /// The `data:` lines, joined with newlines.
    var data: String
}

/// Cuts a byte stream into events, however it arrives in pieces (WHATWG HTML §9.2.6).
///
/// Lines end with LF, CR LF or CR; comments and unknown fields are skipped; an event without data is none. What follows
/// the last blank line is no event yet: see ``finish()``.
struct ServerSentEvents: Sendable {
    private var line: [UInt8] = []
    private var name = ""
    private var data: [String] = []
    private var isAfterCarriageReturn = false
    private var isAtStart = true
    /// Each line is an event's data by itself (`application/x-ndjson`).
    var isPlainLines = false

    init() {}

    /// Takes the next piece and returns the events that it completes.
    mutating func append(_ bytes: some Sequence<UInt8>) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n") where isAfterCarriageReturn:
                isAfterCarriageReturn = false
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                isAfterCarriageReturn = byte == UInt8(ascii: "\r")
                if let event = endLine() { events.append(event) }
            default:
                isAfterCarriageReturn = false
                line.append(byte)
            }
        }
        return events
    }

    /// The event that the stream broke off in: some servers leave out the last blank line.
    mutating func finish() -> ServerSentEvent? {
        let last = line.isEmpty ? nil : endLine()
        return last ?? dispatch()
    }

    private mutating func endLine() -> ServerSentEvent? {
        var content = line[...]
        if isAtStart, content.starts(with: [0xef, 0xbb, 0xbf]) { content = content.dropFirst(3) }
        isAtStart = false
        defer { line.removeAll(keepingCapacity: true) }
        if isPlainLines {
            return content.isEmpty ? nil : ServerSentEvent(name: "", data: String(decoding: content, as: UTF8.self))
        }
        if content.isEmpty { return dispatch() }
        let colon = content.firstIndex(of: UInt8(ascii: ":"))
        let field = content[..<(colon ?? content.endIndex)]
        var value = colon.map { content[content.index(after: $0)...] } ?? []
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: field, as: UTF8.self) {
        case "data": data.append(String(decoding: value, as: UTF8.self))
        case "event": name = String(decoding: value, as: UTF8.self)
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            name = ""
            data = []
        }
        return data.isEmpty ? nil : ServerSentEvent(name: name, data: data.joined(separator: "\n"))
    }
}
