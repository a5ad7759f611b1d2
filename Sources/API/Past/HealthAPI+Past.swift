import Health
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
                parameters: ["modelId", "timeRange", "from", "to", "limit"], answer: history),
            Route(
                .get, Self.base + "health/trends", .scope(.read), parameters: ["modelId", "window"], answer: trends),
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
        let snapshots: [HealthSnapshot]
        do {
            snapshots = try await dependencies.storage.history(of: id, in: range)
        } catch {
            throw failed(error, call)
        }
        if snapshots.isEmpty, dependencies.bulletin.fleet[id] == nil { throw Problem.unknownModel(id) }
        return try Reply.json(
            History(
                modelId: id, range: range, snapshots: snapshots.suffix(limit), truncated: snapshots.count > limit))
    }

    private func trends(_ call: Call) async throws -> Response {
        let id = try call.query.modelID()
        let window = try call.query.window()
        let trends: HealthTrends
        do {
            trends = try await dependencies.storage.trends(of: id, over: window)
        } catch {
            throw failed(error, call)
        }
        if trends.buckets.isEmpty, dependencies.bulletin.fleet[id] == nil { throw Problem.unknownModel(id) }
        return try Reply.json(trends)
    }

    private func failed(_ error: HealthStorageError, _ call: Call) -> Problem {
        call.logger.error("the history could not be read", metadata: ["error": "\(error)"])
        return .storage
    }
}
