/// What a hostile server does with one request, and what may be made of it. The same seed gives the same answer.
package struct HostileAnswer: Sendable {
    package enum Step: Sendable {
        case send([UInt8])
        /// So many bytes, as long as anybody takes them.
        case flood(Int)
        /// So long nothing; on the server's event loop, no test waits for it.
        case pause(Duration)
        case close
        case reset
    }

    /// What a probe may come to.
    package enum Expectation: Sendable, Hashable {
        /// The answer is a good one, however unusual.
        case success
        case failure
        /// A mutation may have left a good answer.
        case either
    }

    package var kind: Kind
    package var steps: [Step]
    package var expectation: Expectation
    /// Whether the answer is the kind that was asked for only when a stream was asked for.
    package var isStream: Bool { kind.isStream }

    package enum Kind: String, Sendable, CaseIterable {
        case good, goodStream, status, mutatedHead, mutatedBody, mutatedStream, manyHeaders, longHeader, interim
        case interimStorm, switched, trailers, trailerStorm, twoLengths, absurdLength, brokenChunks, longExtension, cut
        case cutStream, flood, hang, surplus, secondAnswer, early, gzip, gzipStream, deflate, bareDeflate, damagedGzip,
            cutGzip,
            bomb
        case unknownCoding, garbage, silentClose, oldVersion, splitEverywhere

        package var isStream: Bool { [.goodStream, .mutatedStream, .cutStream, .gzipStream].contains(self) }
    }

    /// Kinds that take long: rare.
    private static let slow: Set<Kind> = [.hang, .flood, .bomb]
    static let bombBytes = Packed.bytes([UInt8](repeating: 0x20, count: 24 << 20), as: .gzip)

    package init(seed: UInt64) {
        var random = SeededNumbers(seed: seed)
        var kind = Kind.allCases.randomElement(using: &random) ?? .good
        if Self.slow.contains(kind), Int.random(in: 0..<8, using: &random) > 0 { kind = .garbage }
        self.init(kind, &random)
    }

    /// A good body under a status.
    package init(status: Int) {
        kind = .status
        let digits = "00\(status)".suffix(3)
        steps = [.send(Self.head("\(digits) X", Self.body.count) + Self.body)]
        switch status {
        // A proxy's guardrail that stopped the probe: the model is there.
        case 446: expectation = .either
        case 204: expectation = .failure
        case 200..<300: expectation = status == 200 ? .success : .either
        default: expectation = .failure
        }
    }

    /// These steps, whatever they are.
    package init(_ steps: [Step], _ expectation: Expectation = .either) {
        kind = .status
        self.steps = steps
        self.expectation = expectation
    }

    // MARK: Making

    package static let body = body(tokens: 1)
    static let earlyBody = body(tokens: earlyTokens)
    /// Output tokens of an answer that comes before its question.
    package static let earlyTokens = 7

    private static func body(tokens: Int) -> [UInt8] {
        Array(
            (#"{"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","#
                + #""content":"pong"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":"#
                + "\(tokens)}}").utf8)
    }

    package static let stream = Array(
        (#"data: {"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"# + "\n\n"
            + #"data: {"model":"m","choices":[{"index":0,"delta":{"content":"pong"}}]}"# + "\n\n"
            + #"data: {"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\n"
            + "data: [DONE]\n\n").utf8)

    package static func head(
        _ status: String, _ length: Int?, _ headers: [String] = [], type: String = "application/json"
    )
        -> [UInt8]
    {
        var lines = ["HTTP/1.1 \(status)", "content-type: \(type)"]
        if let length { lines.append("content-length: \(length)") }
        return Array(((lines + headers).joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    static func chunked(_ body: [UInt8], by size: Int, extension text: String = "", end: String = "0\r\n\r\n")
        -> [UInt8]
    {
        var result: [UInt8] = []
        for start in stride(from: 0, to: body.count, by: max(1, size)) {
            let piece = body[start..<min(body.count, start + max(1, size))]
            result += Array("\(String(piece.count, radix: 16))\(text)\r\n".utf8) + piece + Array("\r\n".utf8)
        }
        return result + Array(end.utf8)
    }

    package static func mutated(_ bytes: [UInt8], _ random: inout SeededNumbers) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...8, using: &random) where !bytes.isEmpty {
            let at = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: at)
            case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
            case 3: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            default:
                let end = min(bytes.count, at + Int.random(in: 1...20, using: &random))
                bytes.insert(contentsOf: Array(bytes[at..<end]), at: at)
            }
        }
        return bytes
    }

    package static func garbage(_ count: Int, _ random: inout SeededNumbers) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
}
