import Synchronization

/// Lets callers of the same work share one run of it.
///
/// The first caller runs it in its own task, the others wait for what it comes to. When the first is cancelled, one of
/// those who wait runs it anew: nobody's cancellation is another's failure.
final class SharedFlight<Output: Sendable>: Sendable {
    private enum Turn: Sendable { case lead, landed(Output), abandoned, cancelled }

    private struct State {
        var isFlying = false
        var nextID: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Turn, Never>] = [:]
        var cancelled: Set<UInt64> = []
    }

    private let state = Mutex(State())

    /// How many callers wait for another's run.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// - Parameter fly: the work; `nil` when it was cancelled.
    /// - Returns: what the work came to; `nil` when the caller was cancelled.
    func join(_ fly: () async -> Output?) async -> Output? {
        while !Task.isCancelled {
            switch await turn() {
            case .landed(let output): return output
            case .cancelled: return nil
            case .abandoned: continue
            case .lead:
                let output = await fly()
                land(output)
                return output
            }
        }
        return nil
    }

    private func turn() async -> Turn {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let turn = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now: Turn? = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return .cancelled }
                    if !state.isFlying {
                        state.isFlying = true
                        return .lead
                    }
                    state.waiting[id] = continuation
                    return nil
                }
                if let now { continuation.resume(returning: now) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                if let waiting = state.waiting.removeValue(forKey: id) { return waiting as Optional }
                state.cancelled.insert(id)
                return nil
            }
            continuation?.resume(returning: .cancelled)
        }
        // Cancelled after its turn had come: the note about it is nobody's any more.
        state.withLock { _ = $0.cancelled.remove(id) }
        return turn
    }

    private func land(_ output: Output?) {
        let waiting = state.withLock { state in
            state.isFlying = false
            defer { state.waiting.removeAll() }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume(returning: output.map { .landed($0) } ?? .abandoned) }
    }
}
