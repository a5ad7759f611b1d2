extension HostileAnswer {
    package init(_ kind: Kind, seed: UInt64) {
        var random = SeededNumbers(seed: seed)
        self.init(kind, &random)
    }

    init(_ kind: Kind, _ random: inout SeededNumbers) {
        let (body, stream) = (Self.body, Self.stream)
        let whole = Self.head("200 OK", body.count) + body
        let streamHead = Self.head("200 OK", nil, ["connection: close"], type: "text/event-stream")
        self.kind = kind
        expectation = .failure
        switch kind {
        case .good:
            (steps, expectation) = ([.send(whole)], .success)
        case .goodStream:
            (steps, expectation) = ([.send(streamHead + stream), .close], .success)
        case .status:
            self = HostileAnswer(status: Int.random(in: 0..<1_000, using: &random))
        case .mutatedHead:
            let head = Self.head("200 OK", body.count, ["x-request-id: 1", "server: x"])
            steps = [.send(Self.mutated(head, &random) + body), .close]
            expectation = .either
        case .mutatedBody:
            let changed = Self.mutated(body, &random)
            (steps, expectation) = ([.send(Self.head("200 OK", changed.count) + changed)], .either)
        case .mutatedStream:
            (steps, expectation) = ([.send(streamHead + Self.mutated(stream, &random)), .close], .either)
        case .manyHeaders:
            let headers = (0..<Int.random(in: 300...3_000, using: &random)).map { "x-\($0): \($0)" }
            steps = [.send(Self.head("200 OK", body.count, headers) + body)]
        case .longHeader:
            let length = Int.random(in: 70_000...600_000, using: &random)
            steps = [.send(Self.head("200 OK", body.count, ["x: \(String(repeating: "a", count: length))"]) + body)]
        case .interim:
            let count = Int.random(in: 1...16, using: &random)
            let interim = Array("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".utf8)
            steps = [.send(Array(repeatElement(interim, count: count).joined()) + whole)]
            expectation = .success
        case .interimStorm:
            let interim = Array("HTTP/1.1 \(Int.random(in: 102...199, using: &random)) Wait\r\n\r\n".utf8)
            steps = [
                .send(Array(repeatElement(interim, count: Int.random(in: 17...800, using: &random)).joined()) + whole)
            ]
        case .switched:
            steps = [
                .send(
                    Array("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n".utf8) + body)
            ]
        case .trailers:
            let end = "0\r\nx-checksum: 1\r\n\r\n"
            let chunks = Self.chunked(body, by: Int.random(in: 1...80, using: &random), end: end)
            steps = [.send(Self.head("200 OK", nil, ["transfer-encoding: chunked"]) + chunks)]
            expectation = .success
        case .trailerStorm:
            let lines = (0..<Int.random(in: 300...4_000, using: &random)).map { "x-\($0): aaaaaaaa\r\n" }.joined()
            steps = [
                .send(
                    Self.head("200 OK", nil, ["transfer-encoding: chunked"])
                        + Self.chunked(body, by: 50, end: "0\r\n\(lines)\r\n"))
            ]
        case .twoLengths:
            let header = ["transfer-encoding: chunked", "content-length: 7"].randomElement(using: &random) ?? ""
            steps = [.send(Self.head("200 OK", body.count, [header]) + Self.chunked(body, by: 50))]
        case .absurdLength:
            let lengths = [
                "-1", "99999999999999999999999", "9223372036854775807", "4294967296", "1e9", "0x10", "1 2", "",
            ]
            let length = lengths.randomElement(using: &random) ?? ""
            steps = [.send(Self.head("200 OK", nil, ["content-length: \(length)"]) + body), .close]
            // Without digits it may be taken for no length at all.
            if length.isEmpty { expectation = .either }
        case .brokenChunks:
            let sizes = ["zz", "-5", "ffffffffffffffffff", "7fffffffffffffff", "", "5 5", "\0", "1\n"]
            let text = "\(sizes.randomElement(using: &random) ?? "")\r\n"
            steps = [.send(Self.head("200 OK", nil, ["transfer-encoding: chunked"]) + Array(text.utf8) + body), .close]
        case .longExtension:
            let text = ";" + String(repeating: "e", count: Int.random(in: 150_000...900_000, using: &random))
            let chunks = Self.chunked(body, by: body.count, extension: text)
            // Within one read it is no more than a long line.
            (steps, expectation) = ([.send(Self.head("200 OK", nil, ["transfer-encoding: chunked"]) + chunks)], .either)
        case .cut, .cutStream, .cutGzip:
            let answer: [UInt8]
            switch kind {
            case .cut: answer = whole
            case .cutStream:
                // Before its last event.
                answer = streamHead + stream.dropLast(100)
            default:
                let packed = Packed.bytes(body, as: .gzip)
                answer = Self.head("200 OK", nil, ["connection: close", "content-encoding: gzip"]) + packed
            }
            let length = Int.random(in: 0..<answer.count, using: &random)
            steps = [.send(Array(answer[..<length])), Bool.random(using: &random) ? .close : .reset]
        case .flood:
            let head =
                Bool.random(using: &random)
                ? Self.head("200 OK", nil, ["connection: close"])
                : Self.head("200 OK", nil, ["transfer-encoding: chunked"])
            steps = [.send(head), .flood(40 << 20), .close]
        case .hang:
            steps = [.send(Array(whole[..<Int.random(in: 0..<whole.count, using: &random)]))]
        case .surplus:
            steps = [.send(whole + Self.garbage(Int.random(in: 1...300, using: &random), &random))]
            expectation = .success
        case .secondAnswer:
            let count = Int.random(in: 1...5, using: &random)
            (steps, expectation) = ([.send(Array(repeatElement(whole, count: count + 1).joined()))], .success)
        case .early:
            // Before the next request on this connection is there, which then meets its end: a success or a reset.
            let early = Self.head("200 OK", Self.earlyBody.count) + Self.earlyBody
            (steps, expectation) = (
                [.send(whole), .send(early), .send(Array("HTTP/1.1 099 X\r\n\r\n".utf8))], .either
            )
        case .gzip, .deflate, .bareDeflate:
            let format: Packed.Format = kind == .gzip ? .gzip : kind == .deflate ? .zlib : .bare
            let packed = Packed.bytes(body, as: format)
            let coding = "content-encoding: \(kind == .gzip ? "gzip" : "deflate")"
            (steps, expectation) = ([.send(Self.head("200 OK", packed.count, [coding]) + packed)], .success)
        case .gzipStream:
            let events = stream.split(separator: 10, maxSplits: 2, omittingEmptySubsequences: false).map {
                Array($0) + [10]
            }
            let head = Self.head(
                "200 OK", nil, ["connection: close", "content-encoding: gzip"], type: "text/event-stream")
            (steps, expectation) = ([.send(head)] + Packed.pieces(events).map { .send($0) } + [.close], .success)
        case .damagedGzip:
            let packed = Self.mutated(Packed.bytes(body, as: .gzip), &random)
            steps = [.send(Self.head("200 OK", packed.count, ["content-encoding: gzip"]) + packed)]
            expectation = .either
        case .bomb:
            let packed = Self.bombBytes
            steps = [.send(Self.head("200 OK", packed.count, ["content-encoding: gzip"]) + packed)]
        case .unknownCoding:
            let coding =
                ["br", "zstd", "compress", "gzip, br", "x\u{1}y", "aes128gcm"].randomElement(using: &random) ?? ""
            steps = [.send(Self.head("200 OK", body.count, ["content-encoding: \(coding)"]) + body)]
        case .garbage:
            steps = [.send(Self.garbage(Int.random(in: 1...5_000, using: &random), &random)), .close]
        case .silentClose:
            steps = [Bool.random(using: &random) ? .close : .reset]
        case .oldVersion:
            let versions = ["HTTP/0.9", "HTTP/2.0", "HTTP/3", "HTTP/1.9", "ICY", "RTSP/1.0", "http/1.1", "HTTP/1.1\t"]
            let head = "\(versions.randomElement(using: &random) ?? "") 200 OK\r\ncontent-length: \(body.count)\r\n\r\n"
            (steps, expectation) = ([.send(Array(head.utf8) + body), .close], .either)
        case .splitEverywhere:
            // Each piece in a packet of its own, if the system pleases.
            steps = whole.map { .send([$0]) }
            expectation = .success
        }
    }
}
