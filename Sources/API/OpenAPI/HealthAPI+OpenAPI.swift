import Health
import Hummingbird
import NIOCore
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension HealthAPI {
    /// The API's own description.
    ///
    /// - Parameter routes: all others that it tells of.
    func documentRoutes(of routes: [Route]) -> [Route] {
        let operation = Operation(
            .daemon, "openapi", "This document",
            Answer(status: .ok, text: "OpenAPI 3.1.", contentType: "application/json", schema: ["type": "object"]))
        var own = Route(.get, "/openapi.json", .open, operation) { _ in throw Problem.unexpected }
        let all = routes + [own]
        let kept = CachedDocument()
        own.answer = { [version = dependencies.version] call in
            try kept.document {
                let json = try OpenAPIDocument.json(of: all, version: version)
                return Document(
                    ByteBuffer(bytes: try HealthJSON.encoder().encode(json)), contentType: "application/json")
            }.response(to: call.request)
        }
        return [own]
    }
}

/// Made when somebody asks for the first time.
private final class CachedDocument: Sendable {
    private let made = Mutex<Document?>(nil)

    func document(_ make: () throws -> Document) rethrows -> Document {
        try made.withLock { made in
            if let made { return made }
            let document = try make()
            made = document
            return document
        }
    }
}
