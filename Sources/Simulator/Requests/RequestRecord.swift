#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// A request that a face has seen.
package struct RequestRecord: Codable, Sendable, Equatable {
    /// Counted over all faces from 1, without holes.
    package var number: Int
    package var face: Face
    package var receivedAt: Date
    /// Milliseconds since the start of the simulator.
    package var receivedAtMs: Double
    package var method: String
    /// With the query, as it was sent.
    package var path: String
    package var kind: Kind
    /// The model that was asked for; nil when the request names none.
    package var model: String?
    package var stream: Bool
    /// The headers that matter, names in lower case. Of a secret only its presence is kept.
    package var headers: [String: String]
    /// The first 2 KiB of the body.
    package var body: String
    /// Whether the request came through the simulator's own gateway without a connection of its own.
    package var isFromGateway: Bool
    /// Whether the request brought an unloaded model into memory.
    package var loadedModel: Bool
    /// Milliseconds since the start of the simulator; nil while the request is open.
    package var endedAtMs: Double?
    /// The HTTP status of the answer; nil when there was none.
    package var status: Int?
    package var ending: Ending?

    /// What a request is about.
    package enum Kind: String, Codable, Sendable, Equatable, CaseIterable {
        /// Makes a model work: completions, embeddings, rerank.
        case inference
        /// Changes what is in memory or on disk: load, unload, pull, delete.
        case management
        /// Asks what there is: lists, details, versions, liveness.
        case inspection
        /// Anything else, such as an unknown path.
        case other
    }

    /// How a request ended.
    package enum Ending: String, Codable, Sendable, Equatable {
        case answered
        /// The simulator closed the connection, as the behaviour demanded.
        case dropped
        /// The client went away, or the simulator stopped.
        case abandoned
    }
}

extension RequestRecord.Kind {
    private static let inferencePaths = [
        "/chat/completions", "/completions", "/responses", "/embeddings", "/rerank", "/messages",
        "/api/generate", "/api/chat", "/api/embed", "/api/embeddings", "/api/v1/chat",
    ]
    private static let managementPaths = [
        "/models/load", "/models/unload", "/models/download", "/api/pull", "/api/delete", "/api/create", "/api/copy",
        "/api/push",
    ]

    init(method: String, path: String) {
        let bare = path.prefix { $0 != "?" }
        if method == "POST", Self.inferencePaths.contains(where: { bare.hasSuffix($0) }) {
            self = .inference
        } else if Self.managementPaths.contains(where: { bare.hasSuffix($0) }) {
            self = .management
        } else if method == "GET" || method == "HEAD" || bare.hasSuffix("/api/show") {
            self = .inspection
        } else {
            self = .other
        }
    }
}
