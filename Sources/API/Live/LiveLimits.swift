/// What one stream may cost the daemon.
package struct LiveLimits: Sendable, Hashable {
    /// Streams that may be open at once, WebSockets and Server-Sent Events together.
    package var streams: Int
    /// Between two updates of figures; also how often silence and stalling are looked at.
    package var updateInterval: Duration
    /// Events that are kept in memory, from which a stream goes on that was cut off.
    package var kept: Int
    /// Events that a stream may be behind before only the latest of each model is sent; fewer than ``kept``.
    package var lag: Int
    /// Events that are read from the history at most for a stream that goes on.
    package var replay: Int
    /// Events in one page of history.
    package var page: Int
    /// After which a peer that takes nothing off its full connection is cut.
    package var stall: Duration
    /// After which a silent peer is asked whether it is there; it is cut after as much again.
    package var silence: Duration
    /// How long the peer's half of the closing handshake is waited for.
    package var close: Duration
    /// Bytes of one message of the peer, which has nothing to say but pings.
    package var message: Int
    /// Frames of the peer in ten seconds.
    package var frames: Int

    package init(
        streams: Int = 1_000, updateInterval: Duration = .seconds(1), kept: Int = 4_096, lag: Int = 1_000,
        replay: Int = 100_000, page: Int = 500, stall: Duration = .seconds(20), silence: Duration = .seconds(20),
        close: Duration = .seconds(3), message: Int = 16 * 1_024, frames: Int = 200
    ) {
        self.streams = streams
        self.updateInterval = updateInterval
        self.kept = kept
        self.lag = lag
        self.replay = replay
        self.page = page
        self.stall = stall
        self.silence = silence
        self.close = close
        self.message = message
        self.frames = frames
    }
}
