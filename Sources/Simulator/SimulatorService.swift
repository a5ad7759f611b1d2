import ServiceLifecycle

/// A simulator as a long-running service, for the executable.
///
/// Its ports have to be bound before, by ``LLMSimulator/start()``, so that a port in use is known before anything runs.
package struct SimulatorService: Service {
    private let simulator: LLMSimulator
    private let requestLog: RequestLogFile?

    package init(_ simulator: LLMSimulator, requestLog: RequestLogFile? = nil) {
        self.simulator = simulator
        self.requestLog = requestLog
    }

    /// Serves until shutdown; hanging requests are cut then.
    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            if let requestLog { group.addTask { await requestLog.write() } }
            await cancelWhenGracefulShutdown { await simulator.run() }
            // All requests have ended, so the file has them all once the writer is through.
            requestLog?.finish()
            await group.waitForAll()
        }
    }
}
