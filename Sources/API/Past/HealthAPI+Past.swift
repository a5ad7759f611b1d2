import Health
import History
import Hummingbird
import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension HealthAPI {
    var pastRoutes: [Route] {
        [
            Route(
                .get, Self.base + "health/history", .scope(.read),
                parameters: [.model.required] + Parameter.range + [
                    Parameter(
                        "limit", "The newest ones, so many at most.",
                        schema: [
                            "type": "integer", "minimum": 1, "maximum": .number(Double(Query.maximumLimit)),
                            "default": .number(Double(Query.defaultLimit)),
                        ]),
                    .resolution,
                ],
                Operation(
                    .past, "history", "A model's snapshots",
                    about: "With resolution, one for each stretch of time, from sums.",
                    .json("History", "The snapshots, oldest first."), .unknownModel, .historyAway),
                answer: history),
            Route(
                .get, Self.base + "health/trends", .scope(.read),
                parameters: [
                    .model.required
                ] + Parameter.range + [
                    Parameter(
                        "window", "How far back to look, from 60s to 1830d, in place of timeRange.",
                        schema: Parameter.duration(example: "24h")),
                    .resolution,
                    Parameter(
                        "buckets",
                        "Into how many stretches it is cut, in place of resolution; of a long range there may be fewer.",
                        schema: ["type": "integer", "minimum": 1, "maximum": .number(Double(HistoryLimits.buckets))]),
                ],
                Operation(
                    .past, "trends", "Where a model's figures go",
                    .json("Trends", "The figures, and their directions."),
                    .unknownModel, .historyAway),
                answer: trends),
            Route(
                .get, Self.base + "health/timeline", .scope(.read),
                parameters: [.model.required] + Parameter.range + [.resolution],
                Operation(
                    .past, "timeline", "What a model's status was from when to when",
                    about: "What nobody looked at is neither up nor down: its status is null.",
                    .json("Timeline", "The periods, and the incidents among them."), .unknownModel, .historyAway),
                answer: timeline),
            Route(
                .get, Self.base + "health/incidents", .scope(.read), parameters: [.model] + Parameter.range,
                Operation(
                    .past, "incidents", "Stretches of trouble, of one model or of all",
                    .json("Incidents", "Newest first."), .historyAway),
                answer: incidents),
            Route(
                .get, Self.base + "health/report", .scope(.read),
                parameters: [.model] + Parameter.range + [
                    Parameter(
                        "objective", "Percent of uptime that is asked for, in place of the configured one.",
                        schema: ["type": "number", "minimum": 0, "maximum": 100, "examples": [99.9]])
                ],
                Operation(
                    .past, "report", "Uptime, objectives and error budgets",
                    about: "Day by day, so of 1830 days at most.",
                    .json("Report", "Model by model."), .unknownModel, .historyAway),
                answer: report),
        ]
    }

    private struct History: Encodable {
        var modelId: ModelID
        var range: TimeRange
        /// Oldest first; the newest ones where there are more than the limit.
        var snapshots: [HealthSnapshot]
        var truncated: Bool
    }

    private func history(_ call: Call) async throws -> Response {
        let id = try call.query.modelID()
        let range = try call.query.timeRange(now: dependencies.time.now.wall)
        let limit = try call.query.limit()
        let resolution = try call.query.resolution()
        let snapshots: [HealthSnapshot]
        do {
            if let past = dependencies.past {
                if let resolution {
                    let provider = dependencies.publisher.fleet[id]?.provider ?? ""
                    snapshots = try await past.history(of: id, provider: provider, in: range, resolution: resolution)
                } else {
                    // One more than is shown tells whether there are more.
                    snapshots = try await past.history(of: id, in: range, limit: limit + 1)
                }
            } else {
                snapshots = try await dependencies.storage.history(of: id, in: range)
            }
        } catch {
            throw failed(error, call)
        }
        if snapshots.isEmpty, dependencies.publisher.fleet[id] == nil { throw Problem.unknownModel(id) }
        return try call.json(
            History(
                modelId: id, range: range, snapshots: snapshots.suffix(limit), truncated: snapshots.count > limit))
    }

    private func trends(_ call: Call) async throws -> Response {
        let id = try call.query.modelID()
        let trends: HealthTrends
        let window = try call.query.window()
        let ends = try call.query.ends()
        let range = ends ?? TimeRange(last: window, endingAt: dependencies.time.now.wall)
        let buckets = try call.query.buckets(of: range)
        do throws(HealthStorageError) {
            if let past = dependencies.past, ends != nil || buckets != nil {
                trends = try await past.trends(of: id, in: range, buckets: buckets ?? MemoryHistory.defaultBuckets)
            } else {
                trends = try await dependencies.storage.trends(of: id, over: window)
            }
        } catch {
            throw failed(error, call)
        }
        if trends.buckets.isEmpty, dependencies.publisher.fleet[id] == nil { throw Problem.unknownModel(id) }
        return try call.json(trends)
    }

    private struct Timeline: Encodable {
        var timeline: StatusTimeline
        var incidents: [NotedIncident]

        enum CodingKeys: String, CodingKey { case incidents }

        func encode(to encoder: any Encoder) throws {
            try timeline.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(incidents, forKey: .incidents)
        }
    }

    private struct Incidents: Encodable {
        var range: TimeRange
        /// Newest first.
        var incidents: [NotedIncident]
    }

    /// An incident with what people wrote on it.
    private struct NotedIncident: Encodable {
        var incident: Incident
        var notes: [IncidentNote]

        enum CodingKeys: String, CodingKey { case notes }

        func encode(to encoder: any Encoder) throws {
            try incident.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(notes, forKey: .notes)
        }
    }

    private func noted(_ incidents: [Incident]) -> [NotedIncident] {
        incidents.map { NotedIncident(incident: $0, notes: dependencies.notices?.notes(on: $0.id) ?? []) }
    }

    private func timeline(_ call: Call) async throws -> Response {
        let id = try call.query.modelID()
        let range = try call.query.timeRange(now: dependencies.time.now.wall)
        let resolution = try call.query.resolution()
        guard let past = dependencies.past else { throw Problem.storage }
        let answer: Timeline
        do throws(HealthStorageError) {
            answer = Timeline(
                timeline: try await past.timeline(of: id, in: range, resolution: resolution),
                incidents: noted(try await past.incidents(of: id, in: range)))
        } catch {
            throw failed(error, call)
        }
        if answer.timeline.periods.allSatisfy({ $0.status == nil }), dependencies.publisher.fleet[id] == nil {
            throw Problem.unknownModel(id)
        }
        return try call.json(answer)
    }

    /// Of one model, or of all that are in the fleet.
    private func incidents(_ call: Call) async throws -> Response {
        let range = try call.query.timeRange(now: dependencies.time.now.wall)
        let models =
            call.query["modelId"] == nil
            ? dependencies.publisher.fleet.models.map(\.modelId) : [try call.query.modelID()]
        guard let past = dependencies.past else { throw Problem.storage }
        var found: [Incident] = []
        do throws(HealthStorageError) {
            for model in models { found += try await past.incidents(of: model, in: range) }
        } catch {
            throw failed(error, call)
        }
        return try call.json(Incidents(range: range, incidents: noted(found.sorted { $0.from > $1.from })))
    }

    /// Of one model, or of all that are in the fleet.
    private func report(_ call: Call) async throws -> Response {
        let range = try call.query.timeRange(now: dependencies.time.now.wall)
        guard range.duration <= HistoryLimits.report else {
            throw Problem.badParameter("from", "A report is about 1830 days at most; ask for a shorter range.")
        }
        let asked = try call.query.objective()
        let models =
            call.query["modelId"] == nil
            ? dependencies.publisher.fleet.models.map(\.modelId) : [try call.query.modelID()]
        guard let past = dependencies.past else { throw Problem.storage }
        var report: HealthReport
        do throws(HealthStorageError) {
            report = try await past.report(
                of: models, in: range, maintenance: { dependencies.notices?.maintenance(of: $0) ?? [] }
            ) { asked ?? dependencies.objective($0) }
        } catch {
            throw failed(error, call)
        }
        if call.query["modelId"] != nil, let model = models.first, dependencies.publisher.fleet[model] == nil,
            report.models.allSatisfy({ $0.observedSeconds == 0 && $0.requests == 0 && $0.incidents == 0 })
        {
            throw Problem.unknownModel(model)
        }
        // To the minute, so that who asks again within it can be told that nothing is new.
        report.createdAt = report.createdAt.flooredToMinute
        return try call.json(report)
    }

    private func failed(_ error: HealthStorageError, _ call: Call) -> Problem {
        call.logger.error("The history could not be read", metadata: ["error": "\(error)"])
        return .storage
    }
}
