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
        var filter = FleetFilter()
        if !call.query.isEmpty {
            filter.modelID = call.query["modelId"].map { ModelID($0) }
            filter.provider = call.query["provider"]
            filter.status = try call.query["status"].map { text in
                guard let status = HealthStatus(rawValue: text) else {
                    let known = HealthStatus.allCases.map(\.rawValue).joined(separator: ", ")
                    throw Problem.badParameter("status", "\(Problem.quoted(text)) is no status; there are \(known).")
                }
                return status
            }
        }
        return try documents.document(.detailed(filter), of: dependencies.bulletin.fleet).response(to: call.request)
    }

    private func summary(_ call: Call) throws -> Response {
        try documents.document(.summary, of: dependencies.bulletin.fleet).response(to: call.request)
    }
}
