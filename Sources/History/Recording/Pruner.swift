import Health
import Logging

/// Keeps the history as short as its policy says: once soon after the start, then at every interval.
struct Pruner: Sendable {
    let store: any HistoryStore
    let retention: Retention
    let interval: Duration
    let timekeeper: Timekeeper
    let logger: Logger

    /// After the start, when there is more urgent work.
    static let startDelay: Duration = .seconds(60)

    /// Until cancelled.
    func run() async {
        var next = timekeeper.now.uptime + min(Self.startDelay, interval)
        while !Task.isCancelled {
            do { try await timekeeper.sleep(until: next) } catch { return }
            await pruneOnce()
            next = max(next + interval, timekeeper.now.uptime)
        }
    }

    private func pruneOnce() async {
        do throws(HealthStorageError) {
            let report = try await store.prune(retention, at: timekeeper.now.wall)
            guard report != PruneReport() else { return }
            logger.info(
                "The history was pruned",
                metadata: [
                    "snapshots": "\(report.snapshots)", "changes": "\(report.changes)",
                    "freedBytes": "\(report.freedBytes)",
                ])
        } catch {
            guard !error.isCancellation else { return }
            logger.warning("The history could not be pruned; tried again later", metadata: ["error": "\(error)"])
        }
    }
}
