/// A model in the simulator: its specification, its behaviour in use, and whether it is in memory.
struct ModelState: Sendable {
    var specification: SimulatedModel
    var behavior: BehaviorState
    private(set) var residency: Residency
    /// How often a request has loaded the model.
    private(set) var loads = 0

    enum Residency: Sendable, Equatable {
        case absent
        /// In memory from `readyAt` on, until `until`; nil = for good.
        case resident(readyAt: Duration, until: Duration?)
    }

    init(_ specification: SimulatedModel) {
        self.specification = specification
        behavior = BehaviorState(specification.behavior)
        residency = specification.isLoaded ? .resident(readyAt: .zero, until: nil) : .absent
    }

    /// Whether the model is in memory and ready.
    func isLoaded(at now: Duration) -> Bool {
        guard case .resident(let readyAt, let until) = residency else { return false }
        return readyAt <= now && (until.map { now < $0 } ?? true)
    }

    /// When the model leaves memory; nil when it is not there or stays for good.
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

    /// Brings the model into memory for a request and keeps it there.
    /// - Parameter keepAlive: the time it stays after the request; nil leaves an endless stay endless and otherwise
    ///   means the model's own.
    mutating func load(keepAlive: Duration?, at now: Duration) -> Loading {
        if case .resident(let readyAt, let until) = residency, until.map({ now < $0 }) ?? true {
            let stay =
                until == nil && keepAlive == nil ? nil : max(now, readyAt) + (keepAlive ?? specification.keepAlive)
            residency = .resident(readyAt: readyAt, until: stay)
            return Loading(wait: max(.zero, readyAt - now), began: false)
        }
        let readyAt = now + specification.loadTime
        residency = .resident(readyAt: readyAt, until: readyAt + (keepAlive ?? specification.keepAlive))
        loads += 1
        return Loading(wait: specification.loadTime, began: true)
    }

    /// Puts the model into memory for good, or out of it.
    mutating func setLoaded(_ isLoaded: Bool, at now: Duration) {
        residency = isLoaded ? .resident(readyAt: now, until: nil) : .absent
    }
}
