import Health
import Hummingbird

extension HealthAPI {
    var fleetRoutes: [Route] {
        [
            Route(
                .get, Self.base + "health/detailed", .scope(.read), parameters: ["modelId", "provider", "status"],
                answer: detailed),
            Route(.get, Self.base + "health/summary", .scope(.read), answer: summary),
        ]
    }

    private func detailed(_ call: Call) throws -> Response {
        let filter = try call.query.filter()
        return try documents.document(.detailed(filter), of: dependencies.bulletin.fleet).response(to: call.request)
    }

    private func summary(_ call: Call) throws -> Response {
        try documents.document(.summary, of: dependencies.bulletin.fleet).response(to: call.request)
    }
}
