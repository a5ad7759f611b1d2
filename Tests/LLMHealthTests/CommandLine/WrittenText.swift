import Synchronization

/// Collects what is written, from any thread.
final class WrittenText: Sendable {
    private let state = Mutex("")

    var text: String { state.withLock { $0 } }
    func append(_ more: String) { state.withLock { $0 += more } }
    func clear() { state.withLock { $0 = "" } }
}
