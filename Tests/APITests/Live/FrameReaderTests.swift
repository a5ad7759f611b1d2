import NIOCore
import Testing

@testable import API

@Suite("A client's frames (RFC 6455 §5)", .timeLimit(.minutes(5)))
struct FrameReaderTests {
    typealias Input = FrameReader.Input

    private static func buffer(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }
    private static func frame(
        _ opcode: UInt8, _ payload: String = "", isFinal: Bool = true, reserved: UInt8 = 0, isMasked: Bool = true
    ) -> [UInt8] {
        RawPeer.frame(opcode, Array(payload.utf8), isFinal: isFinal, reserved: reserved, isMasked: isMasked)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var inputs: [Input] = []
        /// The code that the connection is closed with; `nil` when nothing is wrong.
        var code: UInt16?
        var testDescription: String { name }
    }

    static let long = String(repeating: "x", count: 900)

    static let cases: [Case] =
        [
            Case(name: "text", bytes: frame(1, "hello"), inputs: [.text(buffer("hello"))]),
            Case(name: "empty text", bytes: frame(1), inputs: [.text(buffer(""))]),
            Case(
                name: "two frames at once", bytes: frame(1, "a") + frame(1, "b"),
                inputs: [.text(buffer("a")), .text(buffer("b"))]),
            Case(name: "text of 16-bit length", bytes: frame(1, long), inputs: [.text(buffer(long))]),
            Case(
                name: "fragments",
                bytes: frame(1, "he", isFinal: false) + frame(0, "ll", isFinal: false) + frame(0, "o"),
                inputs: [.fragment, .fragment, .text(buffer("hello"))]),
            Case(
                name: "empty fragments", bytes: frame(1, isFinal: false) + frame(0, isFinal: false) + frame(0),
                inputs: [.fragment, .fragment, .text(buffer(""))]),
            Case(
                name: "a ping between fragments", bytes: frame(1, "a", isFinal: false) + frame(9, "?") + frame(0, "b"),
                inputs: [.fragment, .ping(buffer("?")), .text(buffer("ab"))]),
            Case(
                name: "a character cut in two by fragments",
                bytes: RawPeer.frame(1, [0xC3], isFinal: false) + RawPeer.frame(0, [0xA4]),
                inputs: [.fragment, .text(buffer("ä"))]),
            Case(name: "ping", bytes: frame(9, "data"), inputs: [.ping(buffer("data"))]),
            Case(
                name: "ping of 125 bytes", bytes: frame(9, String(repeating: "p", count: 125)),
                inputs: [.ping(buffer(String(repeating: "p", count: 125)))]),
            Case(name: "pong nobody asked for", bytes: frame(10, "data"), inputs: [.pong]),
            Case(name: "close without code", bytes: frame(8), inputs: [.close(code: nil)]),
            Case(name: "close 1000", bytes: RawPeer.close(1000), inputs: [.close(code: 1000)]),
            Case(name: "close 4999 with reason", bytes: RawPeer.close(4999, "bye"), inputs: [.close(code: 4999)]),
            Case(name: "half a close code", bytes: frame(8, "x"), code: 1002),
            Case(name: "a close reason that is not UTF-8", bytes: RawPeer.frame(8, [3, 0xE8, 0xFF]), code: 1007),
            Case(name: "binary", bytes: frame(2, "x"), code: 1003),
            Case(name: "text that is not UTF-8", bytes: RawPeer.frame(1, [0x61, 0xFF]), code: 1007),
            Case(name: "text that ends within a character", bytes: RawPeer.frame(1, [0xC3]), code: 1007),
            Case(name: "a surrogate in UTF-8", bytes: RawPeer.frame(1, [0xED, 0xA0, 0x80]), code: 1007),
            Case(name: "overlong UTF-8", bytes: RawPeer.frame(1, [0xC0, 0xAF]), code: 1007),
            Case(name: "unmasked", bytes: frame(1, "x", isMasked: false), code: 1002),
            Case(name: "an unmasked ping", bytes: frame(9, isMasked: false), code: 1002),
            Case(name: "RSV1", bytes: frame(1, "x", reserved: 4), code: 1002),
            Case(name: "RSV2", bytes: frame(1, "x", reserved: 2), code: 1002),
            Case(name: "RSV3 on a ping", bytes: frame(9, reserved: 1), code: 1002),
            Case(name: "a continuation of nothing", bytes: frame(0, "x"), code: 1002),
            Case(
                name: "a second beginning", bytes: frame(1, "a", isFinal: false) + frame(1, "b"), inputs: [.fragment],
                code: 1002),
            Case(name: "a fragmented ping", bytes: frame(9, isFinal: false), code: 1002),
            Case(name: "a fragmented close", bytes: frame(8, isFinal: false), code: 1002),
            Case(name: "a ping of 126 bytes", bytes: frame(9, String(repeating: "p", count: 126)), code: 1002),
            Case(name: "a 16-bit length that need not be", bytes: [0x81, 0xFE, 0, 5], code: 1002),
            Case(
                name: "a 64-bit length that need not be", bytes: [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], code: 1002),
            Case(name: "a negative length", bytes: [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0], code: 1002),
            Case(name: "oversized, known by its length alone", bytes: [0x81, 0xFE, 0x04, 0x01], code: 1009),
            Case(
                name: "oversized beyond 32 bits", bytes: [0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
                code: 1009),
            Case(
                name: "oversized by its fragments", bytes: frame(1, long, isFinal: false) + frame(0, long),
                inputs: [.fragment], code: 1009),
        ] + (3...7).map { Case(name: "reserved opcode \($0)", bytes: frame($0), code: 1002) }
        + (11...15).map { Case(name: "reserved opcode \($0)", bytes: frame($0), code: 1002) }
        + [0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65_535].map {
            Case(name: "close \($0)", bytes: RawPeer.close($0), code: 1002)
        }
        + [1001, 1002, 1003, 1007, 1011, 1014, 3000, 4000].map {
            Case(name: "close \($0)", bytes: RawPeer.close($0), inputs: [.close(code: UInt16($0))])
        }

    private func read(_ pieces: [[UInt8]]) -> (inputs: [Input], code: UInt16?) {
        var reader = FrameReader(limit: 1_024)
        var inputs: [Input] = []
        do throws(CloseReason) {
            for piece in pieces {
                reader.append(ByteBuffer(bytes: piece))
                while let input = try reader.next() { inputs.append(input) }
            }
            return (inputs, nil)
        } catch {
            #expect(error.text.utf8.count <= 123)
            return (inputs, error.code)
        }
    }

    @Test(arguments: cases)
    func `frames are read as they are meant, in one piece and byte by byte`(row: Case) {
        for pieces in [[row.bytes], row.bytes.map { [$0] }] {
            let (inputs, code) = read(pieces)
            #expect(inputs == row.inputs)
            #expect(code == row.code)
        }
    }

    @Test func `what has been read is not kept`() throws {
        var reader = FrameReader(limit: 1_024)
        let frame = Self.frame(9, "0123456789")
        // Always a byte too few: the buffer is never empty.
        reader.append(ByteBuffer(bytes: frame.dropLast()))
        for _ in 0..<10_000 {
            reader.append(ByteBuffer(bytes: frame.suffix(1) + frame.dropLast()))
            #expect(try reader.next() == .ping(ByteBuffer(string: "0123456789")))
        }
        #expect(reader.storedBytes < 64 * 1_024)
    }
}
