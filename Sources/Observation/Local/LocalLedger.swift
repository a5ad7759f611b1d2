import Health

/// What is known of one local runtime, and for how long it may be told.
struct LocalLedger: Sendable {
    /// What a poll changed.
    struct Change: Sendable, Hashable {
        /// The whole list, when it was read.
        var listed: [LocalModel] = []
        /// Newly in the list.
        var added: [String] = []
        /// Newly out of it, in state `missing`.
        var missing: [LocalModel] = []
        /// Whether the runtime went from answering to silent or back; true at the first poll.
        var isTurn = false
        /// Whether it says anything: an optional runtime that never answered may simply not be there.
        var isEvidence = true
    }

    private let endpoint: LocalEndpoint
    private let retention: Duration
    private var isUp: Bool?
    private var error: String?
    private var askedAt: Moment?
    private var version: String?
    private var models: [LocalModel] = []
    private var readAt: Moment?
    /// Names already reported missing that are still expected: reported once, not at each poll.
    private var reportedMissing: Set<String> = []

    /// - Parameter retention: how long a list is told after it was read, once the runtime is silent.
    init(endpoint: LocalEndpoint, retention: Duration) {
        self.endpoint = endpoint
        self.retention = retention
    }

    /// - Parameter expected: models somebody relies on, listed before or not.
    mutating func succeed(with inventory: LocalInventory, expected: Set<String>, at now: Moment) -> Change {
        let before = Dictionary(models.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let listed = Set(inventory.models.map(\.name))
        let missing = inventory.isComplete ? Set(before.keys).union(expected).subtracting(listed) : []
        let change = Change(
            listed: inventory.models,
            added: inventory.models.map(\.name).filter { before[$0] == nil },
            missing: missing.subtracting(reportedMissing).sorted().map { Self.gone($0, was: before[$0], at: readAt) },
            isTurn: isUp != true)
        if inventory.isComplete { reportedMissing = missing.intersection(expected) }
        (isUp, error, askedAt, readAt) = (true, nil, now, now)
        (version, models) = (inventory.version, inventory.models)
        return change
    }

    /// A failed poll says nothing about models: none is removed.
    mutating func fail(_ failure: LocalHealthCheckError, at now: Moment) -> Change {
        defer {
            (isUp, askedAt) = (false, now)
            error = failure.message + (failure.cause.map { " (\($0))" } ?? "")
        }
        return Change(isTurn: isUp != false, isEvidence: readAt != nil || !endpoint.isOptional)
    }

    /// What may be told now.
    ///
    /// - Parameter interval: between polls; an answer is the newest there can be until three of them are over.
    func status(at now: Moment, interval: Duration?) -> LocalModelStatus {
        var status = LocalModelStatus(
            service: endpoint.runtime, endpoint: endpoint.url, isAvailable: isUp == true, version: version,
            checkedAt: (readAt ?? askedAt ?? now).wall, error: error)
        guard let readAt else {
            if isUp == nil { status.error = "was not asked yet" }
            return status
        }
        let age = now - readAt
        status.ageSeconds = age.seconds
        if isUp == true, age > max(retention, (interval ?? .zero) * 3) {
            status.isAvailable = false
            status.error = "was last asked \(age.text) ago"
        }
        if status.isAvailable || age <= retention { status.models = models }
        // Not a reading of this instant, even where the clock has not moved since.
        if !status.isAvailable { status.ageSeconds = max(status.ageSeconds, 0.001) }
        return status
    }

    /// Since the last list; `nil` before the first or when the last poll failed.
    func age(at now: Moment) -> Duration? { isUp == true ? readAt.map { now - $0 } : nil }

    private static func gone(_ name: String, was: LocalModel?, at seen: Moment?) -> LocalModel {
        guard let was else { return LocalModel(name: name, state: .missing) }
        let lastSeen: [String: JSONValue] = seen.map { ["lastSeenAt": .string($0.wall.rfc3339)] } ?? [:]
        return LocalModel(
            name: name, state: .missing, isRemote: was.isRemote, mode: was.mode, sizeBytes: was.sizeBytes,
            details: lastSeen)
    }
}
