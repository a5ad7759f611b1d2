import HTTPTypes
import Health
import Hummingbird
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Makes responses, each with the headers that keep browsers from doing more than they should.
enum Reply {
    static let contentSecurityPolicy =
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

    static let securityHeaders: HTTPFields = [
        .contentSecurityPolicy: contentSecurityPolicy,
        .crossOriginResourcePolicy: "same-origin",
        .referrerPolicy: "no-referrer",
        .xContentTypeOptions: "nosniff",
        .xFrameOptions: "DENY",
    ]

    static func headers(contentType: String, cacheControl: String) -> HTTPFields {
        var fields = securityHeaders
        fields[.contentType] = contentType
        fields[.cacheControl] = cacheControl
        return fields
    }

    /// A value as JSON, made for this request alone.
    static func json(_ value: some Encodable) throws -> Response {
        bytes(
            ByteBuffer(bytes: try HealthJSON.encoder().encode(value)), contentType: "application/json")
    }

    /// Something that was made.
    static func created(_ value: some Encodable) throws -> Response {
        var response = try json(value)
        response.status = .created
        return response
    }

    static func bytes(_ body: ByteBuffer, contentType: String) -> Response {
        Response(
            status: .ok, headers: headers(contentType: contentType, cacheControl: "no-store"),
            body: .init(byteBuffer: body))
    }
}

extension HTTPField.Name {
    // A literal that is a valid name.
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    static let xFrameOptions = HTTPField.Name("X-Frame-Options")!
}

/// A body that many requests get, with everything that can be made beforehand.
struct Document: Sendable {
    let body: ByteBuffer
    let etag: String
    private let headers: HTTPFields
    private let unmodifiedHeaders: HTTPFields

    /// - Parameter hash: of the body; the same for the same bytes.
    init(_ body: ByteBuffer, contentType: String, hash: UInt64) {
        self.body = body
        etag = "\"\(String(hash, radix: 36))\""
        var headers = Reply.headers(contentType: contentType, cacheControl: "no-cache")
        headers[.eTag] = etag
        unmodifiedHeaders = headers
        headers[.contentLength] = String(body.readableBytes)
        self.headers = headers
    }

    /// The body, or 304 for whoever has it already.
    func response(to request: Request) -> Response {
        if let known = request.headers[.ifNoneMatch], matches(known) {
            return Response(status: .notModified, headers: unmodifiedHeaders)
        }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: body))
    }

    /// RFC 9110 §13.1.2: a list of tags, compared weakly, or `*`.
    private func matches(_ list: String) -> Bool {
        list.split(separator: ",").contains { tag in
            let tag = tag.drop { $0 == " " }
            return tag == "*" || (tag.hasPrefix("W/") ? tag.dropFirst(2) : tag).prefix { $0 != " " } == etag
        }
    }
}

/// FNV-1a, 64 bits: tells one body from another, no more.
struct BodyHash: Sendable {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func combine(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }

    mutating func combine(_ number: UInt64) {
        withUnsafeBytes(of: number) { combine($0) }
    }
}
