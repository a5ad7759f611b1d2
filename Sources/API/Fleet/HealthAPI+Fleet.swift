import Health
import Hummingbird

extension HealthAPI {
    var fleetRoutes: [Route] {
        [
            Route(
                .get, Self.base + "health/detailed", .scope(.read), parameters: [.model, .provider, .status],
                Operation(
                    .health, "detailed", "Every model with all that is known of it",
                    about: "All that is asked for must fit; nothing that fits is an empty list.",
                    .json("Models", "The models.")),
                answer: detailed),
            Route(
                .get, Self.base + "health/summary", .scope(.read),
                Operation(.health, "summary", "The fleet in one glance", .json("Summary", "The summary.")),
                answer: summary),
            Route(
                .get, Self.base + "health/explain", .scope(.read), parameters: [.model.required],
                Operation(
                    .health, "explain", "Why a model has its status, in plain words",
                    .json("Explanation", "The facts and one paragraph."), .unknownModel),
                answer: explanation),
            Route(
                .post, Self.base + "health/probe", .scope(.probe),
                Operation(
                    .health, "probe", "Look at a model, or at all, right now",
                    about: "Costs tokens at the provider. The answer comes when the looks are part of the health.",
                    body: "ProbeOrder", isBodyRequired: false, .json("ProbeAnswer", "What was found."), .unknownModel,
                    .problem(.tooManyRequests, "Enough checks are running; Retry-After tells when to ask again."),
                    .problem(.internalServerError, "The check cannot be made as configured."),
                    .problem(.serviceUnavailable, "The check could not be made this time.")),
                answer: probe),
            Route(
                .get, Self.eventsPath, .stream, parameters: LiveRequest.parameters,
                Operation(
                    .health, "events", "The live stream",
                    about:
                        "A WebSocket, or Server-Sent Events for whoever accepts text/event-stream; both carry the same messages.",
                    .text("text/event-stream", "Messages until either side ends it."),
                    .problem(.notAcceptable, "Neither transport is asked for."),
                    .problem(.upgradeRequired, "The handshake is none."),
                    .problem(.serviceUnavailable, "Enough streams are open.")),
                answer: events),
        ]
    }

    private func detailed(_ call: Call) throws -> Response {
        let filter = try call.query.filter()
        return try documents.document(.detailed(filter), of: dependencies.publisher.fleet).response(to: call.request)
    }

    private func summary(_ call: Call) throws -> Response {
        try documents.document(.summary, of: dependencies.publisher.fleet).response(to: call.request)
    }
}
