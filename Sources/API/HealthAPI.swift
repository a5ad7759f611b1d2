package import Hummingbird
import Logging
package import Telemetry

/// The HTTP face of the daemon: health, history, probes, metrics and the status page.
///
/// All routes come from one table (``routes``), in which each says who may call it.
package struct HealthAPI: Sendable {
    package let configuration: APIConfiguration
    let dependencies: APIDependencies
    let documents: FleetDocuments
    let exposition = DocumentCache<ExpositionStamp, Bool>(limit: 1)
    let slots: ProbeSlots
    let feed: LiveFeed
    let badges: BadgeCache

    package init(configuration: APIConfiguration, dependencies: APIDependencies) {
        self.configuration = configuration
        self.dependencies = dependencies
        let encoder = FleetEncoder()
        documents = FleetDocuments(encoder: encoder)
        badges = BadgeCache()
        slots = ProbeSlots(configuration.concurrentProbes)
        feed = LiveFeed(
            publisher: dependencies.publisher, past: dependencies.past, limits: configuration.live,
            timekeeper: dependencies.time, encoder: encoder)
    }

    /// Every route there is.
    var routes: [Route] {
        let routes =
            daemonRoutes + fleetRoutes + pastRoutes + noticeRoutes + metricsRoutes + badgeRoutes
            + statusPageRoutes
        return routes + documentRoutes(of: routes) + Self.webRoutes
    }

    private var daemonRoutes: [Route] {
        [
            Route(
                .get, "/livez", .open,
                Operation(.daemon, "liveness", "Whether the process runs", .json("Liveness", "It does."))
            ) { call in try call.json(["status": "alive"]) },
            Route(
                .get, "/readyz", .open,
                Operation(
                    .daemon, "readiness", "Whether the daemon does all it was started for",
                    about: "Whoever may read is told which parts do not; everybody else only that some do not.",
                    .json("Readiness", "It does."), .problem(.serviceUnavailable, "notReady tells which parts do not.")),
                answer: readiness),
        ]
    }

    static let base = "/api/llm-manager/"

    /// The metrics that the API counts.
    package static let countedMetrics = LiveMetrics.all + [ConnectionKeeper.closedConnections]
    /// The metrics that are made of the fleet.
    package static let fleetMetrics = FleetExposition.all

    /// The router that admits and answers requests.
    package func makeRouter() -> Router<BasicRequestContext> {
        let routes = routes
        let admission = Admission(configuration)
        let router = Router(options: [.autoGenerateHeadEndpoints])
        router.add(middleware: Gate(routes: routes, admission: admission))
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                try admission.admit(request, to: route)
                let query = try Query(route.isLenient ? nil : request.uri.query, known: route.queryNames)
                return try await route.answer(
                    Call(
                        request: request, query: query, id: context.parameters.get("id"),
                        caller: admission.caller(request.headers), logger: context.logger,
                        opens: { admission.opens($0, request.headers) }))
            }
        }
        return router
    }

    private func readiness(_ call: Call) throws -> Response {
        let readiness = dependencies.readiness()
        guard readiness.isReady else {
            throw call.opens(.read) ? Problem.notReady(readiness.missing) : .someNotReady
        }
        return try call.json(["status": "ready"])
    }
}
