import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What it takes to watch one kind of local runtime.
///
/// A further runtime is a type that conforms to this in a file of its own, one line in ``Health/LocalRuntime/reader``,
/// and its profile beside the others of ``Health/LocalRuntime``.
/// A reader may remember what it learnt of its runtime from one poll to the next.
protocol LocalRuntimeReader: Sendable {
    /// Every path that is ever asked, all with GET.
    static var questions: [String] { get }
    init()

    /// The runtime's version and models as of now.
    ///
    /// May be called by one task at a time; the caller bounds the time.
    func read(over wire: LocalWire) async throws(LocalHealthCheckError) -> LocalInventory

    /// Whether a runtime of this kind listens there at all, be it one that wants a token or lists nothing.
    func recognises(over wire: LocalWire) async -> Bool
}

extension LocalRuntimeReader {
    /// ``read(over:)`` as a value.
    func reading(over wire: LocalWire) async -> Result<LocalInventory, LocalHealthCheckError> {
        do {
            return .success(try await read(over: wire))
        } catch {
            return .failure(error)
        }
    }
}

/// A runtime's word on itself.
struct LocalInventory: Sendable, Hashable {
    var version: String?
    /// In the runtime's order, each name once.
    var models: [LocalModel]
    /// One sentence for people.
    var summary: String
    /// Whether a model that is not in the list is not there: false while the runtime tells nothing of its models.
    var isComplete = true
    /// The runtime's own clock when it said so; `nil` where it tells no end that would be counted by it.
    var clock: Date? = nil
    /// When models in memory leave it, by name; none for those that stay.
    var ends: [String: Date] = [:]
}

extension LocalRuntime {
    /// Where runtimes are registered.
    var reader: any LocalRuntimeReader.Type {
        switch self {
        case .ollama: OllamaReader.self
        case .lmStudio: LMStudioReader.self
        case .llamaCpp: LlamaCppReader.self
        }
    }
}
