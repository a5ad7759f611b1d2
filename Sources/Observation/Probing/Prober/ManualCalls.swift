import Health

/// The probes that people and programs asked for: those who ask for the same at the same time share one.
///
/// A value without task or lock. A model with several targets is one call with one probe each; the call is answered when
/// all are back, by the best of them.
struct ManualCalls: Sendable {
    /// What was asked for.
    struct Wish: Sendable, Hashable {
        var modelID: ModelID
        var config: ProbeConfig
    }
    typealias Answer = Result<ProbeResult, CanaryProbeError>
    typealias Waiter = CheckedContinuation<Answer, Never>
    typealias Told = (waiter: Waiter, answer: Answer)

    /// Where a caller stands between asking and waiting, which are two steps.
    private enum Caller {
        case asked
        case waits(Waiter)
    }
    private struct Call {
        var callers: [UInt64: Caller] = [:]
        var pending: Set<UInt64>
        var results: [ProbeResult] = []
    }

    private var calls: [Wish: Call] = [:]
    /// Which wish a probe is made for.
    private var wishes: [UInt64: Wish] = [:]
    private var recent: [Wish: (result: ProbeResult, at: Duration)] = [:]
    /// Answers of callers that do not wait yet.
    private var early: [UInt64: Answer] = [:]
    private var lastCaller: UInt64 = 0

    /// The answer to the same wish, if it is younger than `age`.
    mutating func recentAnswer(to wish: Wish, at now: Duration, within age: Duration) -> ProbeResult? {
        recent = recent.filter { now - $0.value.at < age }
        return recent[wish]?.result
    }

    /// Whether somebody waits for the same already.
    func isUnderWay(_ wish: Wish) -> Bool { calls[wish] != nil }

    /// Notes that these probes are made for a wish.
    mutating func begin(_ wish: Wish, numbers: [UInt64]) {
        calls[wish] = Call(pending: Set(numbers))
        for number in numbers { wishes[number] = wish }
    }

    /// A caller shares in what is under way. - Returns: its name, to be told to the functions below.
    mutating func attend(_ wish: Wish) -> UInt64 {
        lastCaller += 1
        calls[wish]?.callers[lastCaller] = .asked
        return lastCaller
    }

    /// A caller begins to wait. - Returns: the answer, if it is there already; then the waiter was not kept.
    mutating func wait(_ wish: Wish, caller: UInt64, _ waiter: Waiter) -> Answer? {
        if let answer = early.removeValue(forKey: caller) { return answer }
        guard calls[wish]?.callers[caller] != nil else { return .failure(.stopped(wish.modelID)) }
        calls[wish]?.callers[caller] = .waits(waiter)
        return nil
    }

    /// A caller gives up; one that has its answer already does nothing any more.
    /// - Returns: whom to tell, and the probes that nobody waits for any more.
    mutating func leave(_ wish: Wish, caller: UInt64) -> (told: Told?, orphans: Set<UInt64>) {
        guard let standing = calls[wish]?.callers.removeValue(forKey: caller) else { return (nil, []) }
        let answer = Answer.failure(.abandoned(wish.modelID))
        var told: Told?
        switch standing {
        case .asked: early[caller] = answer
        case .waits(let waiter): told = (waiter, answer)
        }
        guard calls[wish]?.callers.isEmpty ?? false, let call = calls.removeValue(forKey: wish) else {
            return (told, [])
        }
        for number in call.pending { wishes[number] = nil }
        return (told, call.pending)
    }

    /// The caller has its answer, so what came too late for it can go.
    mutating func forget(_ caller: UInt64) { early[caller] = nil }

    /// A probe came back; `nil` when it was cancelled. One that nobody asked for is nothing.
    /// - Returns: who is to be told what, once the last probe of the wish is back.
    mutating func finish(_ number: UInt64, _ result: ProbeResult?, at now: Duration) -> [Told] {
        guard let wish = wishes.removeValue(forKey: number) else { return [] }
        calls[wish]?.pending.remove(number)
        if let result { calls[wish]?.results.append(result) }
        guard calls[wish]?.pending.isEmpty ?? false, let call = calls.removeValue(forKey: wish) else { return [] }
        guard let best = call.results.min(by: { Self.rank($0) < Self.rank($1) }) else {
            return tell(call, .failure(.stopped(wish.modelID)))
        }
        recent[wish] = (best, now)
        return tell(call, .success(best))
    }

    /// Ends all calls. - Returns: everyone who waits, with the answer that nothing came of it.
    mutating func end() -> [Told] {
        let ended = calls
        calls = [:]
        wishes = [:]
        return ended.flatMap { wish, call in tell(call, .failure(.stopped(wish.modelID))) }
    }

    private mutating func tell(_ call: Call, _ answer: Answer) -> [Told] {
        call.callers.compactMap { name, caller in
            if case .waits(let waiter) = caller { return (waiter, answer) }
            early[name] = answer
            return nil
        }
    }

    /// The status of a model is that of its best usable target.
    private static func rank(_ result: ProbeResult) -> Int {
        switch result.outcome.class {
        case .ok: 0
        case .rateLimited: 1
        case .idle: 2
        case .failing: 3
        default: 4
        }
    }
}

extension CanaryProbeError {
    static func stopped(_ modelID: ModelID) -> CanaryProbeError {
        CanaryProbeError(modelId: modelID, message: "probing was stopped before an answer came", retryable: true)
    }

    static func abandoned(_ modelID: ModelID) -> CanaryProbeError {
        CanaryProbeError(modelId: modelID, message: "the caller gave up before an answer came", retryable: true)
    }
}
