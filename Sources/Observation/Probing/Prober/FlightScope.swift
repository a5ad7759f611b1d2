import Synchronization

/// What cancels one probe from outside its task, without a task of its own.
final class FlightScope: Sendable {
    private struct State {
        var isCancelled = false
        var handler: (@Sendable () -> Void)?
    }
    private let state = Mutex(State())

    var isCancelled: Bool { state.withLock(\.isCancelled) }

    /// Ends the work, now or as soon as it looks.
    func cancel() {
        let handler = state.withLock { state in
            state.isCancelled = true
            return state.handler.take()
        }
        handler?()
    }

    /// Calls `handler` once if the work is cancelled before `body` has ended; at once where it is already.
    func onCancel<Value>(
        _ handler: @escaping @Sendable () -> Void, isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws -> Value
    ) async rethrows -> Value {
        let isCancelled = state.withLock { state in
            if !state.isCancelled { state.handler = handler }
            return state.isCancelled
        }
        if isCancelled { handler() }
        defer { state.withLock { $0.handler = nil } }
        return try await body()
    }
}
