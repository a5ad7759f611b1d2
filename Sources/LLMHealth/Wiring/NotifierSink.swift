import Health
import Synchronization

/// Tells a notifier each change, one after the other, and those that it could not pass on again.
final class NotifierSink: HealthSink {
    /// Changes that may wait for a notifier that is away; of more, the oldest are dropped.
    private static let mostWaiting = 1_000

    let name: String
    private let notifier: any HealthNotifier
    private let changes: AsyncStream<HealthChangeEvent>
    /// Could not be passed on.
    private let pending = Mutex<HealthChangeEvent?>(nil)

    /// Listens from here on, so that nothing is missed before it runs.
    init(_ notifier: any HealthNotifier, _ publisher: FleetPublisher) {
        self.notifier = notifier
        name = notifier.name
        changes = publisher.events(buffer: Self.mostWaiting)
    }

    func run() async throws {
        if let change = pending.withLock({ $0 }) { try await pass(change) }
        for await change in changes { try await pass(change) }
    }

    private func pass(_ change: HealthChangeEvent) async throws {
        pending.withLock { $0 = change }
        try await notifier.notify(of: change)
        pending.withLock { $0 = nil }
    }
}
