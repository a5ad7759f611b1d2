import HTTPTypes
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
    var badgeRoutes: [Route] {
        [
            badgeRoute(
                "health/badge.svg", isImage: true, "badge", "A model's badge, as an image",
                .text("image/svg+xml", "Also for a model that is not there or may not be seen: both look the same.")),
            badgeRoute(
                "health/badge.json", isImage: false, "badgeEndpoint",
                "A model's badge, for shields.io's endpoint badge",
                .json("BadgeEndpoint", "Also for a model that is not there or may not be seen: both look the same.")),
        ]
    }

    private func badgeRoute(
        _ path: String, isImage: Bool, _ id: String, _ summary: String, _ answer: Answer
    ) -> Route {
        Route(
            .get, Self.base + path, .open, parameters: BadgeOrder.parameters(isImage: isImage),
            Operation(
                .embedding, id, summary, about: "Needs a token with the scope read, but for server.publicBadges.",
                answer)
        ) { call in
            let order = try BadgeOrder(call.query, isImage: isImage)
            let isPublic = configuration.publicBadges.contains { $0.matches(order.model.rawValue) }
            let isSeen = isPublic || call.opens(.read)
            var response = try await badges.document(
                order, isSeen: isSeen, fleet: dependencies.publisher.fleet, now: dependencies.time.now.wall,
                uptime: { await uptime(of: order, call) }, objective: dependencies.objective
            ).response(to: call.request)
            // What a token has opened is for its holder alone, and so is that it opened nothing.
            response.headers[.cacheControl] =
                "\(isPublic || configuration.tokens.isEmpty ? "public" : "private"), max-age=\(Badge.maximumAge)"
            response.headers[.crossOriginResourcePolicy] = "cross-origin"
            if !configuration.tokens.isEmpty {
                response.headers[.vary] = (response.headers[.vary].map { $0 + ", " } ?? "") + "Authorization"
            }
            return response
        }
    }

    private func uptime(of order: BadgeOrder, _ call: Call) async -> Double? {
        guard let past = dependencies.past else { return nil }
        let range = TimeRange(last: order.window, endingAt: dependencies.time.now.wall)
        do {
            return try await past.timeline(of: order.model, in: range, resolution: nil).availability
        } catch {
            // A page that shows the badge could do nothing with a problem.
            call.logger.error("The history could not be read for a badge", metadata: ["error": "\(error)"])
            return nil
        }
    }
}
