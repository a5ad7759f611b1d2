extension LocalRuntime {
    /// When a model in memory is probed. Any request is use to a runtime, and puts off the time at which it unloads.
    public enum Probing: String, Sendable, Hashable, Codable, CaseIterable {
        /// Only where a probe can leave the time in memory as it is: Ollama's models, once it is known how long they
        /// stay after a request.
        case unobtrusive
        /// Whenever they are in memory, which keeps them there.
        case always
        /// Never: what the runtime says of them is all.
        case never
    }
}
