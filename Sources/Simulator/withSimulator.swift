/// Runs a simulator for the time of a scope.
///
/// Each face has a loopback port of its own when `body` begins. When it ends, all requests are cut, all ports are
/// closed and every task is gone. Throws what `body` throws, and ``SimulatorError`` when the configuration contradicts
/// itself or a port is taken.
package func withSimulator<Result: Sendable>(
    _ configuration: SimulatorConfiguration = SimulatorConfiguration(),
    clock: SimulatorClock = SimulatorClock(ContinuousClock()),
    _ body: (LLMSimulator) async throws -> Result
) async throws -> Result {
    let simulator = try LLMSimulator(configuration, clock: clock)
    do {
        try await simulator.start()
    } catch {
        await simulator.close()
        throw error
    }
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await simulator.run() }
        do {
            let result = try await body(simulator)
            group.cancelAll()
            try await group.waitForAll()
            return result
        } catch {
            group.cancelAll()
            try await group.waitForAll()
            throw error
        }
    }
}
