import Synchronization

/// A model that works on a few requests at once, and the line of those that wait, first come first served.
final class SlotQueue: Sendable {
    struct Load: Sendable, Equatable {
        var slots: Int
        var running: Int
        var waiting: Int
        var generatedTokens: Int
        var promptTokens: Int
    }

    private struct State {
        var load: Load
        var nextID: UInt64 = 0
        var line: [(id: UInt64, turn: CheckedContinuation<Bool, Never>)] = []
        var cancelled: Set<UInt64> = []
    }
    private let state: Mutex<State>

    init(slots: Int) {
        state = Mutex(State(load: Load(slots: slots, running: 0, waiting: 0, generatedTokens: 0, promptTokens: 0)))
    }

    var load: Load {
        state.withLock { state in
            var load = state.load
            load.waiting = state.line.count
            return load
        }
    }

    /// Waits for a slot; throws `CancellationError` when the client goes before its turn.
    func enter() async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let isTurn = await withTaskCancellationHandler {
            await withCheckedContinuation { (turn: CheckedContinuation<Bool, Never>) in
                let now: Bool? = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return false }
                    if state.load.running < state.load.slots {
                        state.load.running += 1
                        return true
                    }
                    state.line.append((id, turn))
                    return nil
                }
                if let now { turn.resume(returning: now) }
            }
        } onCancel: {
            let turn = state.withLock { state -> CheckedContinuation<Bool, Never>? in
                guard let index = state.line.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.line.remove(at: index).turn
            }
            turn?.resume(returning: false)
        }
        state.withLock { _ = $0.cancelled.remove(id) }
        guard isTurn else { throw CancellationError() }
    }

    /// Leaves the slot to the next in line.
    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard !state.line.isEmpty else {
                state.load.running -= 1
                return nil
            }
            return state.line.removeFirst().turn
        }
        next?.resume(returning: true)
    }

    func count(_ completion: Completion) {
        state.withLock {
            $0.load.generatedTokens += completion.completionTokens
            $0.load.promptTokens += completion.promptTokens
        }
    }
}
