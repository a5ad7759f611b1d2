import Health
import LLMHealth

/// Answers questions with whatever model can be used now, and tells the monitor what came of it.
public struct ChatApp: Sendable {
    public struct NoModel: Error {}

    private let health: LLMHealthMonitor
    private let call: @Sendable (ModelID, String) async throws -> String

    /// - Parameter call: asks a model; in a real application, the client of a provider.
    public init(health: LLMHealthMonitor, call: @escaping @Sendable (ModelID, String) async throws -> String) {
        self.health = health
        self.call = call
    }

    /// Asks the best model that can be used.
    public func answer(_ question: String) async throws -> String {
        guard let model = health.usable.first?.modelId else { throw NoModel() }
        let clock = ContinuousClock()
        let start = clock.now
        do {
            let answer = try await call(model, question)
            health.record(.ok, of: model, latency: clock.now - start)
            return answer
        } catch {
            health.record(Outcome(.failing, .other, detail: "\(error)"), of: model)
            throw error
        }
    }
}
