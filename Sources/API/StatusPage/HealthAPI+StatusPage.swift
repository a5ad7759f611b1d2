import Health
import History
import Hummingbird
import Logging
import NIOCore
import Web

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension HealthAPI {
    /// The page for everybody, where there is one.
    var statusPageRoutes: [Route] {
        guard let page = configuration.statusPage, let past = dependencies.past else { return [] }
        let keeper = StatusPageCache(page: page, past: past, board: dependencies.notices)
        func route(
            _ path: String, _ face: StatusPageCache.Face, _ contentType: String, _ id: String, _ summary: String,
            _ answer: Answer, _ render: @escaping @Sendable (StatusContent, _ home: String) throws -> ByteBuffer
        ) -> Route {
            var route = Route(.get, path, .open, Operation(.embedding, id, summary, answer, .historyAway)) { call in
                let home = page.url ?? "http://\(call.request.head.authority ?? "localhost")/status"
                return try await document(keeper, face, home, call) { content in
                    Document(
                        try render(content, home), contentType: contentType, cacheControl: "public, max-age=15")
                }.response(to: call.request)
            }
            // Whoever hands links on puts parameters of their own behind them.
            route.isLenient = true
            return route
        }
        let (html, rss, feed) = (
            "text/html; charset=utf-8", "application/rss+xml; charset=utf-8", "application/feed+json"
        )
        return [
            route(
                "/status", .page, html, "statusPage", "The public status page", .text(html, "Works without JavaScript.")
            ) { content, _ in ByteBuffer(string: StatusHTML.text(content)) },
            route("/status/feed.xml", .rss, rss, "statusFeed", "Its news as RSS", .text(rss, "RSS 2.0.")) {
                ByteBuffer(string: StatusFeed($0, home: $1).rss)
            },
            route(
                "/status/feed.json", .json, feed, "statusFeedJSON", "Its news as a JSON feed",
                Answer(status: .ok, text: "JSON Feed 1.1.", contentType: feed, schema: ["type": "object"])
            ) { ByteBuffer(bytes: try HealthJSON.encoder().encode(StatusFeed($0, home: $1).json)) },
        ]
    }

    private func document(
        _ keeper: StatusPageCache, _ face: StatusPageCache.Face, _ home: String, _ call: Call,
        render: @escaping @Sendable (StatusContent) throws -> Document
    ) async throws -> Document {
        let fleet = dependencies.publisher.fleet
        let now = dependencies.time.now.wall
        let logger = call.logger
        let note: @Sendable (any Error) -> Void = { error in
            logger.error("The history could not be read for the status page", metadata: ["error": "\(error)"])
        }
        do {
            return try await keeper.document(face, of: fleet, at: now, home: home, failed: note, render: render)
        } catch let error as HealthStorageError {
            note(error)
            throw Problem.storage
        }
    }
}
