import Health

/// How long the results of probes are shown: one that is older than its time is gone from the next publication, also where
/// nothing else of its model has moved.
struct ResultAges: Sendable {
    private var ends: [ModelID: Duration] = [:]
    private var expired: Set<ModelID> = []
    private var nextEnd: Duration?

    mutating func note(_ id: ModelID, at now: Duration, lifetime: Duration) {
        ends[id] = now + lifetime
        expired.remove(id)
        nextEnd = min(nextEnd ?? now + lifetime, now + lifetime)
    }

    /// Whether a result has outlived its time since the last publication.
    func isDue(at now: Duration) -> Bool { nextEnd.map { $0 <= now } ?? false }

    /// The models whose last result must not be shown any more.
    mutating func expired(at now: Duration) -> Set<ModelID> {
        guard isDue(at: now) else { return expired }
        for (id, end) in ends where end <= now {
            expired.insert(id)
            ends[id] = nil
        }
        nextEnd = ends.values.min()
        return expired
    }
}
