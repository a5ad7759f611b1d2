import Health
import History
import Logging
import Observation

/// What keeps the past: where it is read, who writes it, and the evidence behind it.
struct Persistence: Sendable {
    /// Where the past is read.
    let history: any HistoryStore
    let recorder: Recorder
    /// The same store, where rows wait on disk while it is away.
    private let spilling: SpillingHistory?
    /// `nil` where no evidence is kept.
    let evidenceLog: EvidenceLog?
    /// Held as long as anything is written.
    private let lock: StoreLock?

    init(
        _ settings: Configuration.Store, stores: Stores, publisher: FleetPublisher, intake: Intake,
        timekeeper: Timekeeper,
        logger: Logger
    ) {
        let noteStore: Recorder.StateReport = { isUp, detail in
            intake.submit(
                Evidence(
                    .component(.store, name: "history", isUp: isUp, detail: detail), source: .daemon,
                    at: timekeeper.now))
        }
        let spilling = stores.spill.map {
            SpillingHistory(stores.history, spill: $0, logger: logger, onState: noteStore)
        }
        self.spilling = spilling
        lock = stores.lock
        history = spilling ?? stores.history
        recorder = Recorder(
            publisher: publisher, store: history, timekeeper: timekeeper, logger: logger,
            configuration: .init(retention: Retention(settings)),
            onState: { isUp, detail in
                // Rows that wait on disk are taken, and not yet where they belong.
                if isUp, spilling?.isAway == true { return }
                noteStore(isUp, detail)
            })
        evidenceLog = Stores.evidencePath(settings).map { path in
            EvidenceLog(
                path: path, limit: settings.evidenceMegabytes << 20, timekeeper: timekeeper, logger: logger,
                provider: { [publisher] in publisher.fleet[$0]?.provider ?? "unknown" })
        }
    }

    /// In the order in which they start.
    var sinks: [any HealthSink] {
        let spilling: [any HealthSink] = spilling.map { [$0] } ?? []
        let evidenceLog: [any HealthSink] = evidenceLog.map { [$0] } ?? []
        return spilling + [recorder] + evidenceLog
    }
}
