import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// How long one model of Ollama's would stay in memory if nobody probed it, and how a probe leaves that as it is.
///
/// Ollama unloads a model a while after the *end* of its last request. A request may name that while (`keep_alive`), and
/// what it names holds for later requests that name none, so a probe cannot simply name what is left: the next user
/// would get as little. Hence the end without us is kept here. A probe asks for the rest of the way to it, and a user's
/// request, known by the end that it moves, moves it by what the model stayed before we came.
///
/// All times are the runtime's own.
struct LocalLifetime: Sendable {
    /// What a probe may do.
    enum Leave: Sendable, Hashable {
        /// It stays for good, whatever is asked: nothing has to be said of it.
        case unbounded
        /// The `keep_alive` that leaves the end where it is.
        case keepAlive(Duration)
        /// No probe; the sentence says why.
        case none(String)
    }

    private struct Flight: Sendable {
        var departed: Date
        var landed: Date?
        /// The `keep_alive` that its end starts, seconds; `nil` where it is not known.
        var stay: Double?
    }

    /// A probe's end may be told this much apart from where we see it, seconds.
    private static let slack = 0.3
    /// Beyond this nobody means an end.
    private static let forever = 10 * 366 * 86_400.0

    private var isUnbounded = true
    /// When it leaves if no probe comes.
    private(set) var end: Date?
    /// Seconds that it stays after a user's request, as far as that is known.
    private var session: ClosedRange<Double>?
    private var seen: (expiry: Date, at: Date)?
    private var absentAt: Date?
    /// The `keep_alive` of our latest probe, while it holds for requests that name none; seconds.
    private var lent: Double?
    private var flights: [UInt64: Flight] = [:]
    private var nextFlight: UInt64 = 0
    /// From a probe's departure to its end where nobody is before it, seconds: the end starts the `keep_alive`.
    private var lag: Double?

    // MARK: What the runtime says

    /// The list at `now` does not have it in memory.
    mutating func noteAbsent(at now: Date) {
        let last = flights
        self = LocalLifetime()
        absentAt = now
        flights = last.filter { $0.value.landed == nil }
    }

    /// The list at `now` has it in memory until `expiry`; `nil` where the runtime names no end.
    mutating func note(expiry: Date?, at now: Date) {
        guard let expiry, expiry.timeIntervalSince(now) < Self.forever else {
            let last = flights
            self = LocalLifetime()
            flights = last.filter { $0.value.landed == nil }
            return
        }
        defer {
            seen = (expiry, now)
            isUnbounded = false
            flights = flights.filter { $0.value.landed == nil }
        }
        guard let seen else {
            end = expiry
            // Loaded between two lists, by a request that ended there: that tells how long it stays.
            session = absentAt.map { stay(from: now, and: $0, to: expiry) }
            return
        }
        if abs(expiry.timeIntervalSince(seen.expiry)) < 0.05 || takeForOurs(expiry, at: now) { return }
        if let lent, let usual = knownSession {
            let asked = expiry - lent
            if asked >= seen.at - Self.slack, asked <= now + Self.slack {
                // Somebody's request that named nothing, and so got what we had named.
                end = asked + usual
                return
            }
        }
        lent = nil
        end = expiry
        let newer = stay(from: now, and: seen.at, to: expiry)
        session = session.flatMap { $0.overlaps(newer) ? $0.clamped(to: newer) : nil } ?? newer
    }

    private func stay(from latest: Date, and earliest: Date, to expiry: Date) -> ClosedRange<Double> {
        let least = max(0, expiry.timeIntervalSince(latest))
        return least...max(least, expiry.timeIntervalSince(earliest))
    }

    /// Whether the end that moved is where one of our probes has put it.
    private mutating func takeForOurs(_ expiry: Date, at now: Date) -> Bool {
        for flight in flights.values {
            guard let stay = flight.stay else { continue }
            let ended = expiry - stay
            guard ended >= flight.departed - Self.slack, ended <= (flight.landed ?? now) + Self.slack else { continue }
            return true
        }
        return false
    }

    /// How long it stays after a request, where the lists leave little doubt: the roundest figure that fits.
    private var knownSession: Double? {
        guard let session else { return nil }
        let (least, most) = (session.lowerBound - Self.slack, session.upperBound + Self.slack)
        for unit in [3_600.0, 1_800, 900, 600, 300, 60, 30] {
            let figure = (least / unit).rounded(.up) * unit
            if figure > 0, figure <= most { return figure }
        }
        return most - least <= 2.5 ? (least + most) / 2 : nil
    }

    // MARK: What a probe may do

    /// - Parameters:
    ///   - timeout: of the probe: one that hangs must not outlast the model's time.
    ///   - spacing: to the next probe, which mends what a user's request made of ours.
    func leave(at now: Date, timeout: Duration, spacing: Duration) -> Leave {
        guard !isUnbounded, let end else { return .unbounded }
        guard knownSession != nil else {
            return .none(
                "how long it stays after a request is not known yet, and a probe must not change that")
        }
        let left = end.timeIntervalSince(now)
        let least = timeout.seconds + max(2 * spacing.seconds, 20)
        guard left > least else { return .none("it leaves memory soon, and a probe must not put that off") }
        return .keepAlive(.seconds(max(1, left - min(lag ?? 0, 10))))
    }

    /// A probe goes out. - Parameter keepAlive: what it names; `nil` for none.
    mutating func depart(keepAlive: Duration?, at now: Date) -> UInt64 {
        nextFlight += 1
        // One that names nothing starts what holds.
        flights[nextFlight] = Flight(departed: now, stay: keepAlive?.seconds ?? lent ?? knownSession)
        if let keepAlive, !isUnbounded { lent = keepAlive.seconds }
        return nextFlight
    }

    /// A probe has ended. - Parameter isAnswered: rather than given up.
    mutating func land(_ flight: UInt64, isAnswered: Bool, at now: Date) {
        guard let departed = flights[flight]?.departed else { return }
        flights[flight]?.landed = now
        guard isAnswered else { return }
        let time = max(0, now.timeIntervalSince(departed))
        if let lag, time > max(2, 3 * lag), let usual = knownSession, let end {
            // It stood in line: somebody's request has ended in the meantime, and ours covers the trace of it.
            self.end = max(end, now + usual)
        }
        lag = min(time, lag.map { $0 * 1.2 + 0.01 } ?? time)
    }
}
