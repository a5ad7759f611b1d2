/// Tells from what a peer sends and takes whether it is still there: pings, stalling, floods. Time is passed in.
struct PeerWatch: Sendable {
    enum Action: Sendable, Hashable {
        case none
        case ping
        /// The peer takes nothing off its full connection.
        case cutSlow
        /// Nothing was heard since the ping.
        case cutSilent
    }

    private let limits: LiveLimits
    private var heardAt: Duration
    private var pingedAt: Duration?
    private var stalledAt: Duration?
    private var waitingBytes = 0
    private var floodStart: Duration
    private var frames = 0

    init(limits: LiveLimits, at now: Duration) {
        self.limits = limits
        heardAt = now
        floodStart = now
    }

    /// Notes a frame of the peer.
    ///
    /// - Returns: `false` when it sends too many.
    mutating func heard(at now: Duration) -> Bool {
        heardAt = now
        pingedAt = nil
        if now - floodStart >= .seconds(10) {
            floodStart = now
            frames = 0
        }
        frames += 1
        return frames <= limits.frames
    }

    /// Looks at the connection, about once a second.
    ///
    /// - Parameters:
    ///   - waiting: bytes that wait to be taken by the peer.
    ///   - isFull: whether so many wait that nothing more is sent.
    mutating func look(waiting: Int, isFull: Bool, at now: Duration) -> Action {
        if !isFull {
            stalledAt = nil
        } else if let since = stalledAt, waiting >= waitingBytes {
            if now - since >= limits.stall { return .cutSlow }
        } else {
            stalledAt = now
        }
        waitingBytes = waiting
        if let pingedAt {
            // What it has heard may wait behind much else: a full connection is the other rule's matter.
            return !isFull && now - pingedAt >= limits.silence ? .cutSilent : .none
        }
        guard !isFull, now - heardAt >= limits.silence else { return .none }
        pingedAt = now
        return .ping
    }
}
