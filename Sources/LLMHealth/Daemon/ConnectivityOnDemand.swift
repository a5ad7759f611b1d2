import Observation
import ServiceLifecycle

/// Runs the connectivity check when the decision asks for it; wishes that come while one runs are one wish.
struct ConnectivityOnDemand: Service {
    private let check: ConnectivityCheck
    private let wishes: AsyncStream<Void>
    private let wish: AsyncStream<Void>.Continuation

    init(_ check: ConnectivityCheck) {
        self.check = check
        (wishes, wish) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Returns at once; the answer comes as evidence.
    func request() { wish.yield() }

    func run() async throws {
        for await _ in wishes.cancelOnGracefulShutdown() { await check.check() }
    }
}
