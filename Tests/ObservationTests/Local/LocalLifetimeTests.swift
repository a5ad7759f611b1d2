import Foundation
import Health
import Testing

@testable import Observation

/// Whether models of Ollama's leave memory when they would have left without us.
@Suite(.timeLimit(.minutes(5)))
struct LocalLifetimeTests {
    /// What Ollama's scheduler does with one model (server/sched.go): the time runs from the end of the last request, and
    /// what a request names holds for later ones.
    private struct Runner {
        var session: Double
        var expiry: Double
        var running: [(end: Double, keepAlive: Double?)] = []

        mutating func start(at now: Double, lasting: Double, keepAlive: Double?) {
            if let keepAlive { session = keepAlive }
            running.append((now + lasting, keepAlive))
        }

        /// - Returns: when it was unloaded, if it was by now.
        mutating func settle(at now: Double) -> Double? {
            for request in running.sorted(by: { $0.end < $1.end }) where request.end <= now {
                running.removeAll { $0.end == request.end }
                if running.isEmpty { expiry = request.end + session }
            }
            return running.isEmpty && expiry <= now ? expiry : nil
        }
    }

    private struct Request {
        var at: Double
        var lasting: Double
        var keepAlive: Double?
    }

    private static let epoch = Date(timeIntervalSince1970: 1_795_428_000)

    /// Plays the requests of users, with polls every 10 s and probes every `interval`.
    /// - Returns: when the model was unloaded, and how many probes there were.
    private func play(
        _ users: [Request], usual: Double, loadedAt: Double, interval: Double?, flight: Double = 0.2
    ) -> (unloadedAt: Double, probes: Int) {
        var runner = Runner(session: usual, expiry: loadedAt + usual)
        var life = LocalLifetime()
        var probes = 0
        var waiting = users
        var landing: (id: UInt64, at: Double)?
        func date(_ time: Double) -> Date { Self.epoch + time }
        life.noteAbsent(at: date(loadedAt - loadedAt.truncatingRemainder(dividingBy: 10) - 0.01))
        for step in 0..<400_000 {
            let now = loadedAt + Double(step) / 20
            if let end = runner.settle(at: now) { return (end, probes) }
            while let next = waiting.first, next.at <= now {
                runner.start(at: next.at, lasting: next.lasting, keepAlive: next.keepAlive)
                waiting.removeFirst()
            }
            guard let interval else { continue }
            if let flight = landing, flight.at <= now {
                life.land(flight.id, isAnswered: true, at: date(now))
                landing = nil
            }
            let isPoll = Int(now * 20) % 200 == 0
            let isProbe = Int(now * 20) % Int(interval * 20) == 0 && landing == nil
            if isPoll || isProbe, runner.expiry > now { life.note(expiry: date(runner.expiry), at: date(now)) }
            guard isProbe, runner.expiry > now,
                case .keepAlive(let rest) = life.leave(
                    at: date(now), timeout: .seconds(5), spacing: .seconds(interval))
            else { continue }
            probes += 1
            let id = life.depart(keepAlive: rest, at: date(now))
            runner.start(at: now, lasting: flight, keepAlive: rest.seconds)
            landing = (id, now + flight)
        }
        return (.infinity, probes)
    }

    @Test(arguments: [5.0, 15, 30])
    func `with and without probes it leaves at the same time`(_ interval: Double) {
        var generator = SplitMix(state: 7)
        var probes = 0
        for _ in 0..<300 {
            let usual: Double = ([120, 300, 600, 1_800] as [Double]).randomElement(using: &generator) ?? 300
            let loadedAt = Double.random(in: 1...30, using: &generator)
            var users: [Request] = []
            var at = loadedAt
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                at += Double.random(in: 3...(usual * 0.7), using: &generator)
                let lasting = Double.random(in: 0.1...2, using: &generator)
                users.append(
                    Request(
                        at: at, lasting: lasting,
                        keepAlive: Int.random(in: 0..<8, using: &generator) == 0 ? usual + 240 : nil))
                at += lasting
            }
            // What ends while a probe is being answered leaves no trace of its own; nobody could tell.
            let isHidden = users.contains { user in
                let into = (user.at + user.lasting).truncatingRemainder(dividingBy: interval)
                // Nor of what a request names, if a probe departs while it is being answered.
                let isOverridden = user.keepAlive != nil && into < user.lasting + 0.4
                return into < 0.6 || into > interval - 0.4 || isOverridden
            }
            if isHidden { continue }
            let without = play(users, usual: usual, loadedAt: loadedAt, interval: nil)
            let with = play(users, usual: usual, loadedAt: loadedAt, interval: interval)
            probes += with.probes
            #expect(
                abs(with.unloadedAt - without.unloadedAt) <= 1,
                "\(users) \(usual) \(loadedAt): \(with) instead of \(without)")
        }
        #expect(probes > 100)
    }

    @Test
    func `an idle model that is probed every 15 s leaves after its 5 minutes, probed until shortly before`() {
        let (unloadedAt, probes) = play([], usual: 300, loadedAt: 3, interval: 15)
        #expect(abs(unloadedAt - 303) < 0.5)
        #expect(probes >= 15)
    }

    @Test(arguments: [0.1, 1.0, 4.0])
    func `the time of a probe itself does not put the end off`(_ flight: Double) {
        let (unloadedAt, _) = play([], usual: 300, loadedAt: 3, interval: 15, flight: flight)
        #expect(abs(unloadedAt - 303) <= 1)
    }

    @Test
    func `a user who comes after probes gets the whole time, not what a probe had named`() {
        let user = [Request(at: 200.3, lasting: 0.5, keepAlive: nil)]
        let (unloadedAt, _) = play(user, usual: 300, loadedAt: 3, interval: 15)
        #expect(abs(unloadedAt - 500.8) <= 1)
    }

    @Test
    func `what stays for good is probed and never told to leave`() {
        var life = LocalLifetime()
        life.note(expiry: Self.epoch + 9_000_000_000, at: Self.epoch)
        #expect(life.leave(at: Self.epoch, timeout: .seconds(10), spacing: .seconds(15)) == .unbounded)
    }

    @Test
    func `one that was in memory before us is not probed until it is known how long it stays after a request`() throws {
        var life = LocalLifetime()
        life.note(expiry: Self.epoch + 200, at: Self.epoch)
        guard case .none = life.leave(at: Self.epoch, timeout: .seconds(10), spacing: .seconds(15)) else {
            Issue.record("probed although nothing is known")
            return
        }
        // A user's request between two lists tells.
        life.note(expiry: Self.epoch + 304, at: Self.epoch + 10)
        let leave = life.leave(at: Self.epoch + 10, timeout: .seconds(10), spacing: .seconds(15))
        #expect(leave == .keepAlive(.seconds(294)))
    }

    @Test(arguments: [39.0, 12, 2])
    func `near its end it is not probed at all`(_ left: Double) {
        var life = LocalLifetime()
        life.noteAbsent(at: Self.epoch)
        life.note(expiry: Self.epoch + 300, at: Self.epoch + 1)
        let leave = life.leave(at: Self.epoch + 300 - left, timeout: .seconds(10), spacing: .seconds(15))
        guard case .none = leave else {
            Issue.record("probed \(left) s before its end: \(leave)")
            return
        }
    }

    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return z ^ (z >> 31)
        }
    }
}
