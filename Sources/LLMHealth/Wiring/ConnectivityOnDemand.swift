import Health
import Observation
import ServiceLifecycle

/// Runs the connectivity check when the decision asks for it; wishes that come while one runs are one wish.
struct ConnectivityOnDemand: EvidenceSource {
    let name = "connectivity"
    private let check: ConnectivityCheck
    private let wishes: AsyncStream<Void>
    private let wish: AsyncStream<Void>.Continuation

    /// - Parameter settings: where to connect; `nil` makes none.
    init?(_ settings: Configuration.Endpoint?, intake: Intake, timekeeper: Timekeeper) {
        guard let settings else { return nil }
        check = ConnectivityCheck(host: settings.host, port: settings.port, intake: intake, timekeeper: timekeeper)
        (wishes, wish) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Returns at once; the answer comes as evidence.
    func request() { wish.yield() }

    func run() async throws {
        for await _ in wishes.cancelOnGracefulShutdown() { await check.check() }
    }
}
