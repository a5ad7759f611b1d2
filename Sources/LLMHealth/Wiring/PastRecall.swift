import Health
import History
import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads each model's last day from the history, once, so that its availability is the same number on every face from the
/// start on.
struct PastRecall: Sendable {
    let history: any HistoryStore
    let directory: FleetDirectory
    let decision: DecisionLoop
    let timekeeper: Timekeeper
    let logger: Logger

    private static let reach = Duration.seconds(86_400)
    /// Between two looks for models that have joined, and after a history that could not be read.
    private static let rest = Duration.seconds(5)
    private static let longRest = Duration.seconds(60)

    /// Until it is cancelled.
    func run() async {
        let start = timekeeper.now.wall
        var known: Set<ModelID> = []
        while !Task.isCancelled {
            var rest = Self.rest
            for model in directory.fleet where !known.contains(model.id) {
                do throws(HealthStorageError) {
                    try await recall(model.id, before: start)
                    known.insert(model.id)
                } catch {
                    guard !error.isCancellation else { return }
                    logger.debug("A model's last day cannot be read yet", metadata: ["error": "\(error)"])
                    rest = Self.longRest
                    break
                }
            }
            do { try await timekeeper.sleep(for: rest) } catch { return }
        }
    }

    private func recall(_ id: ModelID, before start: Date) async throws(HealthStorageError) {
        let range = TimeRange(last: Self.reach, endingAt: start)
        let periods = try await history.timeline(of: id, in: range).periods
        let past = periods.compactMap { period -> PastStretch? in
            guard let status = period.status, status != .unknown, period.code != .idle else { return nil }
            return PastStretch(from: period.from, to: min(period.to, start), isDown: status == .unhealthy)
        }
        if !past.isEmpty { decision.recall(past, of: id) }
    }
}
