import Hummingbird
import NIOCore

/// Turns Anthropic's stream of events into OpenAI's chunks, event by event, as the gateway does.
struct MessageStreamTransform: ResponseBodyWriter {
    private var downstream: any ResponseBodyWriter
    private let provider: String
    private var pending: [UInt8] = []
    private var id: JSON = .null
    private var model: JSON = .null
    private let created = Completion.currentSecond

    init(writingTo downstream: any ResponseBodyWriter, provider: String) {
        self.downstream = downstream
        self.provider = provider
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        pending.append(contentsOf: buffer.readableBytesView)
        // An event ends with an empty line.
        while let end = Self.eventEnd(in: pending) {
            let event = String(decoding: pending[..<end], as: UTF8.self)
            pending.removeFirst(end + 2)
            for chunk in chunks(of: event) { try await downstream.write(ByteBuffer(string: chunk)) }
        }
    }

    /// The stream that this one is part of is finished by whoever began it.
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}

    private static func eventEnd(in bytes: [UInt8]) -> Int? {
        bytes.indices.dropLast().first { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A }
    }

    private mutating func chunks(of event: String) -> [String] {
        guard let line = event.split(separator: "\n").first(where: { $0.hasPrefix("data:") }),
            let json = try? JSON(parsing: String(line.dropFirst("data:".count)))
        else { return [] }
        switch json["type"]?.string {
        case "message_start":
            id = json["message"]?["id"] ?? .null
            model = json["message"]?["model"] ?? .null
            return [chunk(["role": "assistant", "content": ""])]
        case "content_block_delta": return [chunk(["content": json["delta"]?["text"] ?? ""])]
        case "message_delta":
            let reason = AnswerTransform.finishReason(json["delta"]?["stop_reason"]?.string)
            return [chunk([:], finish: .string(reason))]
        case "message_stop": return [ServerSentEvent.done]
        case "error":
            var error: JSON = ["error": json["error"] ?? .null]
            error["provider"] = .string(provider)
            return [ServerSentEvent.data(error)]
        default: return []
        }
    }

    private func chunk(_ delta: JSON, finish: JSON = .null) -> String {
        ServerSentEvent.data([
            "id": id, "object": "chat.completion.chunk", "created": JSON(created), "model": model,
            "provider": .string(provider),
            "choices": [["delta": delta, "index": 0, "logprobs": nil, "finish_reason": finish]],
        ])
    }
}

/// Keeps what is written to it.
struct CollectingWriter: ResponseBodyWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ buffer: ByteBuffer) async throws { bytes.append(contentsOf: buffer.readableBytesView) }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

extension Reply {
    /// The whole body, read to its end. Throws ``ConnectionDrop`` when it breaks off.
    func collectedBody() async throws -> [UInt8] {
        switch body {
        case .whole(let bytes): return bytes
        case .stream(_, let produce):
            var writer: any ResponseBodyWriter = CollectingWriter()
            try await produce(&writer)
            return (writer as? CollectingWriter)?.bytes ?? []
        }
    }
}
