#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What a local runtime said of itself and its models.
public struct LocalModelStatus: Sendable, Hashable, Codable {
    /// The runtime that was asked.
    public var service: LocalRuntime
    /// Its address, without secrets.
    public var endpoint: String
    /// Whether the last poll was answered.
    public var isAvailable: Bool
    /// The runtime's version, or the API generation where it tells none.
    public var version: String?
    /// As of `checkedAt`; kept for 30 s after the runtime stopped answering.
    public var models: [LocalModel]
    /// When the list was read.
    public var checkedAt: Date
    /// Seconds since the list was read: never 0 for a list served from memory.
    public var ageSeconds: Double
    /// Why it is not available; `nil` when it is.
    public var error: String?

    /// `ageSeconds`: seconds since `checkedAt`.
    public init(
        service: LocalRuntime, endpoint: String, isAvailable: Bool, version: String? = nil, models: [LocalModel] = [],
        checkedAt: Date, ageSeconds: Double = 0, error: String? = nil
    ) {
        self.service = service
        self.endpoint = endpoint
        self.isAvailable = isAvailable
        self.version = version
        self.models = models
        self.checkedAt = checkedAt
        self.ageSeconds = ageSeconds
        self.error = error
    }
}

/// One model of a local runtime.
public struct LocalModel: Sendable, Hashable, Codable {
    /// Where a model is.
    public enum State: String, Sendable, Hashable, Codable {
        /// In memory: a request is answered now.
        case loaded
        /// Downloaded, not in memory: a request would load it.
        case idle
        /// Being loaded, or a state we do not know.
        case other
        /// No longer in the list.
        case missing
    }

    /// The runtime's name of it.
    public var name: String
    /// Where it is now.
    public var state: State
    /// In memory, wholly or partly on the CPU although the runtime uses a GPU for others: slow.
    public var isOnCPU: Bool
    /// Runs elsewhere, the runtime only forwards (Ollama's cloud models).
    public var isRemote: Bool
    /// What it is for.
    public var mode: ModelConfig.Mode
    /// Its size on disk in bytes; `nil` where the runtime tells none.
    public var sizeBytes: Int64?
    /// Parameters, quantisation, context length and so on, as the runtime tells them.
    public var details: [String: JSONValue]
    /// Why it is not probed although it is in memory, as the end of a sentence; `nil` when it is.
    public var unprobed: String?

    /// `unprobed`: why it is not probed although it is in memory.
    public init(
        name: String, state: State, isOnCPU: Bool = false, isRemote: Bool = false, mode: ModelConfig.Mode = .chat,
        sizeBytes: Int64? = nil, details: [String: JSONValue] = [:], unprobed: String? = nil
    ) {
        self.name = name
        self.state = state
        self.isOnCPU = isOnCPU
        self.isRemote = isRemote
        self.mode = mode
        self.sizeBytes = sizeBytes
        self.details = details
        self.unprobed = unprobed
    }

    /// Whether a probe would load nothing and is wanted.
    public var isProbeable: Bool { state == .loaded && !isRemote && unprobed == nil }
}
