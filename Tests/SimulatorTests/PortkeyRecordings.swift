import Foundation
import Testing

/// A scenario of the recorded gateway.
struct PortkeyRecording: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var request: Request
    var response: Response?
    var clientError: String?
    var upstreamSaw: [Seen]

    struct Request: Decodable, Sendable {
        var method: String
        var path: String
        var headers: [String: String]
        var body: String?
    }

    struct Response: Decodable, Sendable {
        var status: Int
        var milliseconds: Int
        var headers: [String: String]
        var body: String
    }

    struct Seen: Decodable, Sendable {
        var method: String
        var path: String
        var authorization: String?
        var body: String?
    }

    var testDescription: String { name }

    /// Whether the request asks for a timeout, which then races the upstream.
    var hasTimeout: Bool {
        request.headers.contains { $0.key.contains("timeout") || $0.value.contains("timeout") }
    }

    static let all: [PortkeyRecording] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "ObservationTests/Recordings/portkey-recorded.json")
        do {
            return try JSONDecoder().decode([PortkeyRecording].self, from: Data(contentsOf: file))
        } catch {
            // A test that counts the scenarios reports that there are none.
            return []
        }
    }()
}
