import Health
import History
import Hummingbird
import Logging
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension HealthAPI {
    /// The page for everybody, where there is one.
    var statusPageRoutes: [Route] {
        guard let page = configuration.statusPage, let past = dependencies.past else { return [] }
        let keeper = StatusKeeper(page: page, past: past)
        func route(
            _ path: String, _ contentType: String, _ id: String, _ summary: String, _ answer: Answer,
            _ render: @escaping @Sendable (StatusContent) throws -> ByteBuffer
        ) -> Route {
            Route(.get, path, .open, Operation(.embedding, id, summary, answer, .historyAway)) { call in
                let content = try await content(page, keeper, call)
                return Document(try render(content), contentType: contentType, cacheControl: "public, max-age=15")
                    .response(to: call.request)
            }
        }
        let (html, rss, feed) = (
            "text/html; charset=utf-8", "application/rss+xml; charset=utf-8", "application/feed+json"
        )
        return [
            route("/status", html, "statusPage", "The public status page", .text(html, "Works without JavaScript.")) {
                ByteBuffer(string: StatusHTML.text($0))
            },
            route("/status/feed.xml", rss, "statusFeed", "Its news as RSS", .text(rss, "RSS 2.0.")) { content in
                ByteBuffer(string: StatusFeed(content, home: page.url).rss)
            },
            route(
                "/status/feed.json", feed, "statusFeedJSON", "Its news as a JSON feed",
                Answer(status: .ok, text: "JSON Feed 1.1.", contentType: feed, schema: ["type": "object"])
            ) { content in
                ByteBuffer(bytes: try HealthJSON.encoder().encode(StatusFeed(content, home: page.url).json))
            },
        ]
    }

    private func content(_ page: StatusPage, _ keeper: StatusKeeper, _ call: Call) async throws -> StatusContent {
        let fleet = dependencies.bulletin.fleet
        // To the minute, so that the page is the same until something happens.
        let now = dependencies.time.now.wall.flooredToMinute
        let report: HealthReport
        do { report = try await keeper.report(of: fleet, at: now) } catch {
            call.logger.error("the history could not be read for the status page", metadata: ["error": "\(error)"])
            throw Problem.storage
        }
        return StatusContent(page, fleet: fleet, report: report, board: dependencies.notices, at: now)
    }
}
