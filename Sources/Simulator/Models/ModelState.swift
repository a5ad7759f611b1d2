/// A model in the simulator: its specification, its behaviour in use, and whether it is in memory.
struct ModelState: Sendable {
    var specification: SimulatedModel
    var behavior: BehaviorState
    private(set) var residency: Residency
    /// How often a request has loaded the model.
    private(set) var loads = 0
    /// Where requests wait when only some can be worked on at once.
    let queue: SlotQueue?

    enum Residency: Sendable, Equatable {
        case absent
        /// In memory from `readyAt` on, until `until` unless a request is being answered then; nil = for good.
        case resident(readyAt: Duration, until: Duration?)
    }

    /// How long it stays after a request that does not say; nil = for good.
    private var stay: Duration?
    /// Requests that are being answered.
    private var visits = 0

    init(_ specification: SimulatedModel) {
        self.specification = specification
        queue = specification.slots.map(SlotQueue.init)
        behavior = BehaviorState(specification.behavior)
        guard specification.isLoaded else {
            residency = .absent
            return
        }
        stay = specification.expires ? specification.keepAlive : nil
        residency = .resident(readyAt: .zero, until: stay)
    }

    private func isResident(at now: Duration) -> Bool {
        guard case .resident(_, let until) = residency else { return false }
        return visits > 0 || until.map { now < $0 } ?? true
    }

    /// Whether the model is in memory and ready.
    func isLoaded(at now: Duration) -> Bool {
        guard case .resident(let readyAt, _) = residency else { return false }
        return readyAt <= now && isResident(at: now)
    }

    /// When the model leaves memory; nil when it is not there or stays for good. While a request is being answered it
    /// is the time that held before.
    func leavesAt(_ now: Duration) -> Duration? {
        guard isLoaded(at: now), case .resident(_, let until) = residency else { return nil }
        return until
    }

    /// What a request has to wait for.
    struct Loading: Sendable, Equatable {
        /// The rest of the load time.
        var wait: Duration
        /// Whether this very request began the loading.
        var began: Bool
    }

    /// A request begins: it brings the model into memory where it is not, and keeps it there to its end.
    /// - Parameters:
    ///   - keepAlive: how long the model stays after this request and after later ones that name nothing; nil leaves
    ///     that as it is, and at a load means the model's own.
    ///   - isLasting: whether `keepAlive` is taken by a model that is in memory already.
    mutating func begin(keepAlive: Duration?, isLasting: Bool = true, at now: Duration) -> Loading {
        defer { visits += 1 }
        if isResident(at: now), case .resident(let readyAt, _) = residency {
            if let keepAlive, isLasting { stay = keepAlive }
            return Loading(wait: max(.zero, readyAt - now), began: false)
        }
        stay = keepAlive ?? specification.keepAlive
        visits = 0
        residency = .resident(readyAt: now + specification.loadTime, until: leaving(now + specification.loadTime))
        loads += 1
        return Loading(wait: specification.loadTime, began: true)
    }

    /// A request has been answered or given up. From the last one on, the model's time runs.
    mutating func end(at now: Duration) {
        visits = max(0, visits - 1)
        guard visits == 0, case .resident(let readyAt, _) = residency else { return }
        residency = .resident(readyAt: readyAt, until: leaving(max(now, readyAt)))
    }

    private func leaving(_ now: Duration) -> Duration? { stay.map { now + $0 } }

    /// Puts the model into memory for good, or out of it.
    mutating func setLoaded(_ isLoaded: Bool, at now: Duration) {
        stay = nil
        residency = isLoaded ? .resident(readyAt: now, until: nil) : .absent
    }
}
