import Health
import NIOCore

/// One message of the live stream as bytes, which all its readers share.
struct LiveMessage: Sendable {
    enum Kind: String, Sendable {
        case fleet, event, update, gap, coalesced
    }

    let kind: Kind
    /// From which a reader goes on that has seen this message; `nil` where it says nothing of events.
    let seq: UInt64?
    /// A WebSocket's text frame, all of it or up to `tail`: what a server sends is masked for nobody.
    private let frame: ByteBuffer
    /// What many messages have in common, so that it is there once.
    private let tail: ByteBuffer?
    private let headerLength: Int

    /// - Parameters:
    ///   - json: an object in one line.
    ///   - tail: the rest of it.
    init(_ kind: Kind, seq: UInt64? = nil, json: ByteBuffer, tail: ByteBuffer? = nil) {
        self.kind = kind
        self.seq = seq
        self.tail = tail
        var frame = ByteBuffer()
        frame.reserveCapacity(json.readableBytes + 10)
        frame.writeFrameHeader(opcode: .text, length: json.readableBytes + (tail?.readableBytes ?? 0))
        headerLength = frame.readableBytes
        frame.writeImmutableBuffer(json)
        self.frame = frame
    }

    /// How many bytes of JSON it is.
    var count: Int { frame.readableBytes - headerLength + (tail?.readableBytes ?? 0) }

    /// The object.
    var json: ByteBuffer {
        var json = frame
        json.moveReaderIndex(forwardBy: headerLength)
        if let tail { json.writeImmutableBuffer(tail) }
        return json
    }

    /// Hands over the bytes of the WebSocket frame, in order.
    func forEachPart(_ body: (ByteBuffer) -> Void) {
        body(frame)
        if let tail { body(tail) }
    }

    /// Adds the message as a Server-Sent Event.
    func write(eventTo buffer: inout ByteBuffer) {
        buffer.writeString("event: \(kind.rawValue)\n")
        if let seq { buffer.writeString("id: \(seq)\n") }
        buffer.writeStaticString("data: ")
        buffer.writeImmutableBuffer(
            frame.getSlice(at: frame.readerIndex + headerLength, length: frame.readableBytes - headerLength)
                ?? ByteBuffer())
        if let tail { buffer.writeImmutableBuffer(tail) }
        buffer.writeStaticString("\n\n")
    }
}

extension LiveMessage {
    /// Part of an event's message, from which a message with another state of the model can be made.
    static func event(_ event: HealthChangeEvent, json: ByteBuffer, model: ByteBuffer?) -> LiveMessage {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(json.readableBytes + (model?.readableBytes ?? 4) + 48)
        buffer.writeStaticString(#"{"type":"event","event":"#)
        buffer.writeImmutableBuffer(json)
        buffer.writeStaticString(#","model":"#)
        if let model { buffer.writeImmutableBuffer(model) } else { buffer.writeStaticString("null") }
        buffer.writeStaticString("}")
        return LiveMessage(.event, seq: event.seq, json: buffer)
    }

    /// Tells that events of these numbers are lost to the reader, or have never been.
    static func gap(_ numbers: (from: UInt64, to: UInt64), isRestart: Bool) -> LiveMessage {
        LiveMessage(
            .gap,
            json: ByteBuffer(
                string: #"{"type":"gap","from":\#(numbers.from),"to":\#(numbers.to),"restart":\#(isRestart)}"#))
    }

    /// Tells that only the latest event of each model follows.
    static func coalesced(dropped: Int) -> LiveMessage {
        LiveMessage(.coalesced, json: ByteBuffer(string: #"{"type":"coalesced","dropped":\#(dropped)}"#))
    }
}
