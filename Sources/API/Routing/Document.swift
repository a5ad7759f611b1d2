import Basics
import HTTPTypes
import History
import Hummingbird
import NIOCore
import Synchronization

/// A body that many requests get, with everything that can be made beforehand.
struct Document: Sendable {
    /// The same bytes as they travel with one encoding.
    private struct Form: Sendable {
        var body: ByteBuffer
        var headers: HTTPFields
        var unmodifiedHeaders: HTTPFields

        /// - Parameter headers: that also a 304 carries.
        init(_ body: ByteBuffer, headers: HTTPFields) {
            self.body = body
            unmodifiedHeaders = headers
            self.headers = headers
            self.headers[.contentLength] = String(body.readableBytes)
        }
    }

    /// Made when the first reader wants it.
    private final class Packed: Sendable {
        enum State {
            case notTried
            case made(Form)
            /// It would not be smaller, or there was no memory.
            case none
        }
        let state = Mutex(State.notTried)
    }

    let etag: String
    private let plain: Form
    private let packed: Packed?

    /// Bodies below this many bytes travel in one packet anyway.
    private static let smallestPacked = 1_024
    private static let packedSuffix = "-gzip"

    /// - Parameter hash: of the body; the same for the same bytes.
    init(_ body: ByteBuffer, contentType: String, hash: UInt64, cacheControl: String = "no-cache") {
        let tag = String(hash, radix: 36)
        etag = "\"\(tag)\""
        var headers = Reply.headers(contentType: contentType, cacheControl: cacheControl)
        headers[.eTag] = etag
        packed = body.readableBytes >= Self.smallestPacked ? Packed() : nil
        if packed != nil { headers[.vary] = "Accept-Encoding" }
        plain = Form(body, headers: headers)
    }

    /// A body whose hash is not known yet.
    init(_ body: ByteBuffer, contentType: String, cacheControl: String = "no-cache") {
        self.init(
            body, contentType: contentType, hash: FNV1a.hash(of: body.readableBytesView), cacheControl: cacheControl)
    }

    var body: ByteBuffer { plain.body }

    /// The body, packed for whoever can unpack it, or 304 for whoever has it already.
    func response(to request: Request) -> Response {
        let form = packed.flatMap { Self.takesGzip(request.headers) ? packedForm($0) : nil } ?? plain
        if let known = request.headers[.ifNoneMatch], matches(known) {
            return Response(status: .notModified, headers: form.unmodifiedHeaders)
        }
        return Response(status: .ok, headers: form.headers, body: .init(byteBuffer: form.body))
    }

    private func packedForm(_ packed: Packed) -> Form? {
        packed.state.withLock { state in
            switch state {
            case .made(let form): return form
            case .none: return nil
            case .notTried:
                guard let body = Gzip.compress(plain.body), body.readableBytes < plain.body.readableBytes else {
                    state = .none
                    return nil
                }
                var headers = plain.unmodifiedHeaders
                headers[.contentEncoding] = "gzip"
                headers[.eTag] = "\(etag.dropLast())\(Self.packedSuffix)\""
                let form = Form(body, headers: headers)
                state = .made(form)
                return form
            }
        }
    }

    /// RFC 9110 §12.5.3, as far as it concerns gzip.
    private static func takesGzip(_ headers: HTTPFields) -> Bool {
        guard let accepted = headers[.acceptEncoding] else { return false }
        var others: Bool?
        for part in accepted.split(separator: ",") {
            let words = part.split(separator: ";").map(\.trimmed)
            guard let coding = words.first?.lowercased() else { continue }
            let weight = words.dropFirst().first { $0.lowercased().hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
            let isTaken = weight.map { $0 > 0 } ?? true
            if coding == "gzip" || coding == "x-gzip" { return isTaken }
            if coding == "*" { others = isTaken }
        }
        return others ?? false
    }

    /// RFC 9110 §13.1.2: a list of tags, compared weakly, or `*`. Either form's tag tells that the body is known.
    private func matches(_ list: String) -> Bool {
        // What clients send that keep one body.
        if list == etag { return true }
        return list.split(separator: ",").contains { tag in
            let tag = tag.trimmed
            if tag == "*" { return true }
            let strong = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
            return strong == etag || strong == "\(etag.dropLast())\(Self.packedSuffix)\""
        }
    }
}
