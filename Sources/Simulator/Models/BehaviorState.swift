/// A behaviour in use: what it has counted, and the one that returns when its time is over.
struct BehaviorState: Sendable {
    private(set) var current: Behavior
    private var former: [Tenure] = []
    private var until: Duration?
    private var requests = 0
    private var generator: SeededGenerator
    private var window = RateWindow()

    private struct Tenure: Sendable {
        var behavior: Behavior
        var until: Duration?
    }

    /// What one request meets.
    struct Encounter: Sendable, Equatable {
        var behavior: Behavior
        /// The fault that this very request meets.
        var fault: Fault?
        var latency: Duration
        var allowance: Allowance?
    }

    /// Where a request stands in its rate-limit window.
    struct Allowance: Sendable, Equatable {
        var limit: Int
        var remaining: Int
        var resetsIn: Duration
        var isExceeded: Bool
        /// How it is told.
        var style = KeyLimit.Style.openAI
    }

    init(_ behavior: Behavior) {
        current = behavior
        until = behavior.lifetime
        generator = SeededGenerator(seed: behavior.seed)
        if behavior.lifetime != nil { former = [Tenure(behavior: .ok, until: nil)] }
    }

    /// Replaces the behaviour. One with a lifetime is put on top of the present one, any other replaces all.
    mutating func set(_ behavior: Behavior, at now: Duration) {
        settle(at: now)
        if let lifetime = behavior.lifetime {
            former.append(Tenure(behavior: current, until: until))
            until = now + lifetime
        } else {
            former = []
            until = nil
        }
        begin(behavior)
    }

    /// Returns to the former behaviour if the time of this one is over.
    mutating func settle(at now: Duration) {
        while let end = until, end <= now {
            let tenure = former.popLast() ?? Tenure(behavior: .ok, until: nil)
            until = tenure.until
            begin(tenure.behavior)
        }
    }

    /// Takes a request into account and says what it meets.
    mutating func meet(at now: Duration) -> Encounter {
        settle(at: now)
        requests += 1
        let allowance = countWindow(at: now)
        let latency = current.latency.sample(using: &generator)
        let isHit = current.share >= 1 || generator.fraction() < current.share
        let isWithinFirst = current.failFirst.map { requests <= $0 } ?? true
        return Encounter(
            behavior: current, fault: isHit && isWithinFirst ? current.fault : nil, latency: latency,
            allowance: allowance)
    }

    private mutating func begin(_ behavior: Behavior) {
        current = behavior
        requests = 0
        generator = SeededGenerator(seed: behavior.seed)
        window = RateWindow()
    }

    private mutating func countWindow(at now: Duration) -> Allowance? {
        current.rateLimit.map { window.count($0, at: now) }
    }
}
