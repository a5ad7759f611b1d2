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
    /// - Parameter frameAncestors: whose pages may show ours in a frame.
    static func contentSecurityPolicy(frameAncestors: [String]) -> String {
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors "
            + "\(frameAncestors.joined(separator: " ")); object-src 'none'"
    }

    static let securityHeaders: HTTPFields = [
        .contentSecurityPolicy: contentSecurityPolicy(frameAncestors: ["'none'"]),
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

    /// What came of an order, as JSON; nobody may keep it.
    static func done(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        var response = bytes(
            ByteBuffer(bytes: try HealthJSON.encoder().encode(value)), contentType: "application/json")
        response.status = status
        return response
    }

    /// Something that was made.
    static func created(_ value: some Encodable) throws -> Response { try done(value, status: .created) }

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

extension Call {
    /// A value as JSON, made for this request alone.
    func json(_ value: some Encodable) throws -> Response {
        Document(ByteBuffer(bytes: try HealthJSON.encoder().encode(value)), contentType: "application/json")
            .response(to: request)
    }
}
