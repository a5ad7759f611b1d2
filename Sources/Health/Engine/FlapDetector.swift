/// Notices a status that goes to and fro, so that one event stands for many.
struct FlapDetector: Sendable {
    private var last: HealthStatus?
    /// Uptimes in seconds of the last changes, oldest first.
    private var changes: [Double] = []
    /// When something was last amiss.
    private var restlessAt = 0.0
    /// When it was last unhealthy.
    private var downAt = -Double.infinity
    private(set) var isFlapping = false
    /// Uptime in seconds at which the flapping is over if nothing stirs.
    private(set) var endsAt: Double?

    /// Takes up that it is down now.
    mutating func noteDown(at uptime: Double) { downAt = uptime }

    /// Whether it was unhealthy in the last `seconds`.
    func wasDown(at uptime: Double, within seconds: Double) -> Bool { uptime - downAt <= seconds }

    /// Takes up the status as the evidence has it.
    ///
    /// - Parameters:
    ///   - isRestless: a look has failed and none has succeeded since.
    ///   - span: seconds within which `changes` changes are flapping; as much time without a change and without a
    ///     failure ends it.
    /// - Returns: whether the status flaps.
    mutating func observe(_ status: HealthStatus, isRestless: Bool, at uptime: Double, span: Double, changes limit: Int)
        -> Bool
    {
        guard status != .unknown else { return isFlapping }
        // Down without a break is as steady as up: only a failing look beside another status is unrest.
        if last != status || isRestless && status != .unhealthy { restlessAt = uptime }
        if let last, last != status {
            changes.append(uptime)
            if changes.count > limit { changes.removeFirst() }
            if changes.count == limit, uptime - changes[0] <= span { isFlapping = true }
        }
        last = status
        let calm = status == .unhealthy ? span / 2 : span
        if isFlapping, uptime - restlessAt > calm {
            isFlapping = false
            changes.removeAll()
        }
        endsAt = isFlapping ? restlessAt + calm + 0.001 : nil
        return isFlapping
    }
}
