import HTTPTypes

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a client offers in `Sec-WebSocket-Protocol`.
///
/// A browser can add no header to a WebSocket but this one, so a page's token travels in it, and not in the address,
/// which ends up in logs.
struct Subprotocols: Sendable {
    /// The stream as described in the API's reference.
    static let stream = "llm-health.v1"
    private static let tokenPrefix = "llm-health.token."

    private let offered: [Substring]

    init(_ headers: HTTPFields) {
        offered = headers[values: .secWebSocketProtocol].flatMap { $0.split(separator: ",") }.map(\.trimmed)
    }

    init(_ values: [String]) {
        offered = values.flatMap { $0.split(separator: ",") }.map(\.trimmed)
    }

    /// What the server answers; `nil` when the client offers nothing that it speaks.
    var selected: String? { offered.contains { $0 == Self.stream } ? Self.stream : nil }

    /// The bytes of a token that is offered; empty when they are not base64url.
    var token: [UInt8]? {
        guard let text = offered.first(where: { $0.hasPrefix(Self.tokenPrefix) }) else { return nil }
        var base64 = text.dropFirst(Self.tokenPrefix.count)
            .replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        return Data(base64Encoded: String(base64)).map { Array($0) } ?? []
    }
}
