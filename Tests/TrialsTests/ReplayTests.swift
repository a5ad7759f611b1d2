import Foundation
import Health
import Testing

@testable import Trials

@Suite struct ReplayTests {
    private static let origin = Date(timeIntervalSince1970: 1_795_428_000)

    private static func look(
        _ seconds: Double, _ outcome: Outcome.Class = .ok, startedAt: Double? = nil, model: ModelID = "a",
        target: String = TargetName.default, count: Int = 1, source: Evidence.Source = .probe
    ) -> RecordedEvidence {
        RecordedEvidence(
            at: origin + seconds, startedAt: startedAt.map { origin + $0 }, modelID: model, target: target,
            provider: "p", outcome: Outcome(outcome, outcome.usualCause), count: count,
            latency: outcome == .ok ? .milliseconds(400) : nil, source: source)
    }

    /// Looks at 0, 15, 30 … up to and without `end`.
    private static func steady(to end: Double, model: ModelID = "a") -> [RecordedEvidence] {
        stride(from: 0, to: end, by: 15).map { look($0, model: model) }
    }

    private func replay(
        _ evidence: [RecordedEvidence], policy: HealthPolicy = HealthPolicy(), fleet: ReplayFleet = ReplayFleet()
    ) throws -> (events: [HealthChangeEvent], summary: ReplaySummary) {
        var queue = EvidenceQueue()
        var replay = Replay(policy: policy, fleet: fleet)
        var events: [HealthChangeEvent] = []
        for piece in evidence {
            try queue.add(piece)
            while let step = queue.next() { events += try replay.take(step) }
        }
        while let step = queue.last() { events += try replay.take(step) }
        let summary = replay.finish()
        return (events, try #require(summary))
    }

    private func said(_ events: [HealthChangeEvent]) -> [HealthStatus] { events.map(\.currentStatus) }

    private func uptime(_ event: HealthChangeEvent) -> Double { event.timestamp.timeIntervalSince(Self.origin) }

    // MARK: Lines

    private func read(_ text: String) throws(RecordingProblem) -> RecordedEvidence {
        try RecordedEvidence.Reader().read(Data(text.utf8))
    }

    @Test func `a line holds all that may be written`() throws {
        let line = try read(
            #"{"at":"2026-11-23T12:00:01.5+02:00","startedAt":"2026-11-23T10:00:00Z","modelId":"m","provider":"p","#
                + #""outcome":"failing","cause":"timeout","detail":"no answer","latencyMs":1500,"target":"eu","#
                + #""count":1,"source":"local"}"#)
        #expect(
            line
                == RecordedEvidence(
                    at: Self.origin + 1.5, startedAt: Self.origin, modelID: "m", target: "eu", provider: "p",
                    outcome: Outcome(.failing, .timeout, detail: "no answer"), latency: .milliseconds(1_500),
                    source: .local))
    }

    @Test(arguments: Outcome.Class.allCases) func `every outcome can be written by its name`(_ outcome: Outcome.Class)
        throws
    {
        let line = try read(
            #"{"at":"2026-11-23T10:00:00Z","modelId":"m","provider":"p","outcome":"\#(outcome)","latencyMs":null}"#)
        #expect(line.outcome == Outcome(outcome, outcome.usualCause))
        #expect((line.source, line.count, line.target) == (.probe, 1, TargetName.default))
        #expect(line.latency == nil)
    }

    @Test func `the latency of an answer whose start is known needs not be written`() throws {
        let line = #""at":"2026-11-23T10:00:02Z","startedAt":"2026-11-23T10:00:00Z","modelId":"m","provider":"p""#
        #expect(try read("{\(line),\"outcome\":\"ok\"}").latency == .seconds(2))
        #expect(try read("{\(line),\"outcome\":\"ok\",\"latencyMs\":900}").latency == .milliseconds(900))
        #expect(try read("{\(line),\"outcome\":\"failing\"}").latency == nil)
    }

    @Test(arguments: [
        ("nonsense", "is no JSON object"), ("[1]", "is no JSON object"), ("{", "is no JSON object"),
        (#"{"modelId":"m","provider":"p","outcome":"ok"}"#, "`at` is missing"),
        (#"{"at":1,"modelId":"m","provider":"p","outcome":"ok"}"#, "`at` takes a text"),
        (
            #"{"at":"today","modelId":"m","provider":"p","outcome":"ok"}"#,
            "`at`: 'today' is no RFC 3339 time; write one"
        ),
        (#"{"at":"2026-11-23T10:00:00Z","provider":"p","outcome":"ok"}"#, "`modelId` is missing"),
        (#"{"at":"2026-11-23T10:00:00Z","modelId":"","provider":"p","outcome":"ok"}"#, "`modelId` is empty"),
        (#"{"at":"2026-11-23T10:00:00Z","modelId":"m","outcome":"ok"}"#, "`provider` is missing"),
        (#"{"at":"2026-11-23T10:00:00Z","modelId":"m","provider":"p"}"#, "`outcome` is missing"),
        (
            #"{"at":"2026-11-23T10:00:00Z","modelId":"m","provider":"p","outcome":"fine"}"#,
            "`outcome`: 'fine' is not known; write one of ok, failing, rateLimited, credentials, quota, misconfigured, "
                + "gone, gateway, selfNetwork, idle"
        ),
        (
            #"{"at":"2026-11-23T10:00:00Z","modelId":"m","provider":"p","outcome":"ok","source":"dns"}"#,
            "`source`: 'dns' is not known; write one of probe, traffic, local, telemetry, daemon"
        ),
        (
            #"{"at":"2026-11-23T10:00:00Z","modelId":"m","provider":"p","outcome":"ok","latency":4}"#,
            "unknown key 'latency'; the keys are at, modelId"
        ),
        (
            #"{"at":"2026-11-23T10:00:00Z","modelId":"m","provider":"p","outcome":"ok","latencyMs":-1}"#,
            "`latencyMs` is out of range; write a number from 0 to"
        ),
        (
            #"{"at":"2026-11-23T10:00:00Z","modelId":"m","provider":"p","outcome":"ok","latencyMs":"4"}"#,
            "`latencyMs` takes a number from 0 to"
        ),
        (
            #"{"at":"2026-11-23T10:00:00Z","modelId":"m","provider":"p","outcome":"ok","count":0}"#,
            "`count` is out of range; write a number from 1 to 1000000"
        ),
        (
            #"{"at":"2026-11-23T10:00:00Z","modelId":"m","provider":"p","outcome":"ok","count":1.5}"#,
            "`count` must be a whole number"
        ),
        (
            #"{"at":"2026-11-23T10:00:00Z","startedAt":"2026-11-23T10:00:01Z","modelId":"m","provider":"p","outcome":"ok"}"#,
            "`startedAt` is later than `at`"
        ),
        (
            #"{"at":"2026-11-23T10:00:01Z","startedAt":"2026-11-23T10:00:00Z","modelId":"m","provider":"p","outcome":"ok","count":2}"#,
            "`startedAt` is that of one look"
        ),
        (
            #"{"at":"2026-11-23T10:00:01Z","startedAt":"2026-11-23T10:00:00Z","modelId":"m","provider":"p","outcome":"ok","source":"traffic"}"#,
            "`startedAt` is for looks"
        ),
    ]) func `a line that is wrong is told what to do`(_ line: String, _ problem: String) {
        let error = #expect(throws: RecordingProblem.self) { try read(line) }
        #expect(error?.description.hasPrefix(problem) == true, "\(error?.description ?? "")")
    }

    // MARK: Order

    private func order(_ evidence: [RecordedEvidence], most: Int = 1_000) throws(RecordingProblem) -> [Double] {
        var queue = EvidenceQueue(most: most)
        var order: [Int64] = []
        for piece in evidence {
            try queue.add(piece)
            while let step = queue.next() { order.append(step.at) }
        }
        while let step = queue.last() { order.append(step.at) }
        return order.map { Double($0) / 1e6 - Self.origin.timeIntervalSince1970 }
    }

    @Test(arguments: [
        ([0, 1, 2], [0, 1, 2]), ([0, 60, 0, 30, 61, 2], [0, 0, 2, 30, 60, 61]),
        ([0, 500, 440, 1_000, 940], [0, 440, 500, 940, 1_000]),
    ]) func `a small disorder is mended`(_ written: [Double], _ wanted: [Double]) throws {
        #expect(try order(written.map { Self.look($0) }) == wanted)
    }

    @Test func `a greater disorder is refused, and so is a wrong clock`() {
        let late = #expect(throws: RecordingProblem.self) { try order([0, 100, 39.9].map { Self.look($0) }) }
        #expect(late?.description.hasPrefix("is 61 s older than an earlier line; sort the lines by `at`") == true)
        let leap = #expect(throws: RecordingProblem.self) { try order([0, 367 * 86_400].map { Self.look($0) }) }
        #expect(leap?.description.hasPrefix("is more than a year later than all before") == true)
    }

    @Test func `a look leaves among what came before its end`() throws {
        let looks = [Self.look(0), Self.look(5), Self.look(10, startedAt: 3), Self.look(200, startedAt: 40)]
        // The last took longer than can be held back.
        #expect(try order(looks) == [0, 3, 5, 10, 80, 200])
    }

    @Test func `the queue is bounded, and what comes too late for it is refused`() throws {
        #expect(try order([0, 1, 3, 2].map { Self.look($0) }, most: 2) == [0, 1, 2, 3])
        #expect(throws: RecordingProblem.self) { try order([0, 1, 3, 4, 5, 2].map { Self.look($0) }, most: 2) }
    }

    // MARK: Changes

    /// Looks every 15 s; from 300 to 420 all fail, and the looks a monitor sends then are there.
    private static var outage: [RecordedEvidence] {
        let policy = HealthPolicy()
        var looks: [RecordedEvidence] = []
        for turn in 0..<60 {
            let at = Double(turn) * 15
            let isDown = (300..<420).contains(at)
            looks.append(look(at, isDown ? .failing : .ok, startedAt: at - 0.1))
            guard at == 300 else { continue }
            looks += policy.outage.fastConfirmations.map {
                look(at + $0.seconds, .failing, startedAt: at + $0.seconds - 0.1)
            }
        }
        return looks
    }

    @Test func `an outage is seen and its end, and the shares tell how long it was`() throws {
        let (events, summary) = try replay(Self.outage)
        #expect(said(events) == [.healthy, .unhealthy, .healthy])
        #expect(events.map(\.seq) == [1, 2, 3])
        let down = try #require(events.dropFirst().first)
        #expect((310...312).contains(uptime(down)))
        #expect(summary.entries == .init(degraded: 0, unhealthy: 1))
        #expect((summary.lines, summary.evidence, summary.changes) == (65, 65, 3))
        #expect(summary.from.rfc3339 == "2026-11-23T09:59:59.900Z")
        #expect(summary.to.rfc3339 == "2026-11-23T10:14:45.000Z")
        let last = try #require(events.last)
        #expect(abs(summary.share.unhealthy - (uptime(last) - uptime(down)) / 885.1) < 1e-5)
        #expect(abs(summary.share.healthy + summary.share.unhealthy + summary.share.unknown - 1) < 1e-5)
        #expect(summary.models.map(\.share) == [summary.share])
    }

    @Test(arguments: [(nil, 45.0), (15.0, 45.0), (5, 45), (60, 180)])
    func `in a gap nothing is known any more`(_ interval: Double?, _ stale: Double) throws {
        let looks = Self.steady(to: 300) + [Self.look(4_000)]
        let (events, _) = try replay(looks, fleet: ReplayFleet(interval: interval.map { .seconds($0) }))
        try #require(said(events) == [.healthy, .unknown, .healthy])
        // The last look is of 285; known on the next tick of 0.2 s.
        #expect(abs(uptime(events[1]) - (285 + stale)) <= 0.21)
        #expect(uptime(events[2]) == 4_000)
    }

    /// An outage of ten looks, at regular times alone.
    private static func plainOutage(every: Double) -> [RecordedEvidence] {
        (0..<200).map { index in
            look(
                Double(index) * every + 0.4, (50..<60).contains(index) ? .failing : .ok,
                startedAt: Double(index) * every)
        }
    }

    @Test(arguments: [20.0, 30, 60, 120, 300], [nil, 5.0, 15, 60])
    func `an outage is one, however seldom it was looked at`(_ every: Double, _ interval: Double?) throws {
        let looks = Self.plainOutage(every: every)
        let fleet = ReplayFleet(interval: interval.map { .seconds($0) })
        let (events, summary) = try replay(looks, fleet: fleet)
        #expect(!said(events).contains(.unknown) && said(events).last == .healthy)
        #expect(events.count <= 5 && summary.entries.unhealthy == 1)
    }

    @Test func `after an hour without anything, ticks go on`() throws {
        let looks = [Self.look(0, source: .probe), Self.look(40_000, model: "b")]
        let (events, _) = try replay(looks, fleet: ReplayFleet(interval: .seconds(7_200)))
        try #require(said(events) == [.healthy, .unknown, .healthy])
        #expect((21_600...21_620).contains(uptime(events[1])))
    }

    @Test func `a configured model has its own interval, and all others the standard one`() throws {
        let named = ModelConfig(
            id: "a", provider: "p",
            targets: [
                ModelTarget(baseURL: "http://localhost:1", model: "a"),
                ModelTarget(name: "never", baseURL: "http://localhost:1", model: "a"),
            ], interval: .seconds(60),
            checks: [CheckDefinition(name: "never")], localRuntime: .ollama)
        let fleet = ReplayFleet([named], interval: .seconds(20))
        let looks = [Self.look(0), Self.look(0, model: "b"), Self.look(1_000), Self.look(1_000, model: "b")]
        let (events, summary) = try replay(looks, fleet: fleet)
        let stale = events.filter { $0.currentStatus == .unknown }
        #expect(stale.map(\.modelId) == ["b", "a"])
        #expect(stale.map { uptime($0).rounded() } == [60, 180])
        #expect(summary.looks.asked == 0)
    }

    @Test func `a model or target that occurs later is no change, and what was known stays`() throws {
        let looks = Self.steady(to: 150) + [Self.look(150, model: "b"), Self.look(151, target: "eu")]
        let (events, summary) = try replay(looks + [Self.look(160)])
        #expect(said(events) == [.healthy, .healthy])
        #expect(events.map(\.modelId) == ["a", "b"])
        #expect(summary.models.map(\.modelId) == ["a", "b"])
        // Observed from its first evidence on.
        #expect(summary.models.last?.share == .init(healthy: 1))
    }

    @Test func `many outcomes in a line count as that many lines`() throws {
        func outcomes(_ isSummed: Bool) -> [RecordedEvidence] {
            Self.steady(to: 300)
                + stride(from: 300, to: 330, by: 2).flatMap { at in
                    isSummed
                        ? [Self.look(at, .failing, count: 3, source: .traffic)]
                        : (0..<3).map { _ in Self.look(at, .failing, source: .traffic) }
                }
        }
        let summed = try replay(outcomes(true))
        let single = try replay(outcomes(false))
        #expect(said(summed.events) == said(single.events))
        #expect(said(summed.events).contains(.unhealthy))
        #expect((summed.summary.evidence, single.summary.evidence) == (65, 65))
        #expect((summed.summary.lines, single.summary.lines) == (35, 65))
    }

    // MARK: Looks asked for

    /// When the first confirmation of a failure is due.
    private static let confirmation = HealthPolicy().outage.fastConfirmations[0].seconds

    @Test(arguments: [
        (-0.1, 0, 0), (-0.004, 1, 1), (0, 1, 1), (0.1, 1, 1), (5, 1, 1), (5.1, 1, 0), (9, 1, 0),
    ]) func `a look that was asked for is answered within five seconds`(
        _ after: Double, _ asked: Int, _ answered: Int
    ) throws {
        let looks =
            Self.steady(to: 300) + [Self.look(300, .failing), Self.look(300 + Self.confirmation + after, .ok)]
        let (_, summary) = try replay(looks)
        #expect(summary.looks == .init(asked: asked, answered: answered, unanswered: asked - answered))
        #expect(summary.models.map(\.looks) == [summary.looks])
    }

    @Test func `what was due at the end is unanswered, and what was not yet due is not counted`() throws {
        func looks(_ end: Double) throws -> ReplaySummary.Looks {
            let other = Self.look(300 + end, model: "b")
            return try replay(Self.steady(to: 300) + [Self.look(300, .failing), other]).summary.looks
        }
        #expect(try looks(Self.confirmation - 0.1).asked == 0)
        #expect(try looks(Self.confirmation + 0.1) == .init(asked: 1, answered: 0, unanswered: 1))
    }

    private static func plan(_ reason: ProbeReason, next: Double?) -> ProbePlan {
        ProbePlan(key: key, next: next.map { .seconds($0) }, anchor: .seconds(15), every: .seconds(15), reason: reason)
    }
    private static let key = ProbeKey("a")
    private static func askedLooks() -> AskedLooks {
        var asked = AskedLooks(policy: HealthPolicy())
        asked.register([ModelConfig(id: "a", provider: "p", targets: [ModelTarget(baseURL: "http://x", model: "a")])])
        return asked
    }

    @Test(arguments: [
        (ProbeReason.scheduled, 10.0, ProbeReason.scheduled), (.backoff, 9, .scheduled), (.backoff, 10, .backoff),
        (.recovery, 12, .recovery), (.rateLimited, 12, .rateLimited), (.rateLimited, 30, .scheduled),
        (.confirmation, 9.9, .scheduled),
        (.confirmation, 10, .confirmation), (.confirmation, 15, .confirmation), (.confirmation, 15.1, .scheduled),
        (.recoveryConfirmation, 11, .recoveryConfirmation),
    ]) func `a look was sent for what was planned when it left`(
        _ planned: ProbeReason, _ left: Double, _ reason: ProbeReason
    ) {
        var asked = Self.askedLooks()
        asked.take(Self.plan(planned, next: 10), at: .zero)
        #expect(asked.hear(Self.key, isLook: true, at: .seconds(left)) == reason)
        // The next one is regular, but for recovery, which goes on.
        let next = asked.hear(Self.key, isLook: true, at: .seconds(left + 40))
        #expect(next == (planned == .recovery ? .recovery : .scheduled))
    }

    @Test func `a plan that is not yet due is withdrawn by the next, and silence is not asked twice`() {
        func unanswered(_ plans: [(at: Double, plan: ProbePlan)], heardAt: Double? = nil) -> Int {
            var asked = Self.askedLooks()
            for (at, plan) in plans {
                if let heardAt, heardAt < at { _ = asked.hear(Self.key, isLook: false, at: .seconds(heardAt)) }
                asked.take(plan, at: .seconds(at))
            }
            asked.finish(at: .seconds(100))
            return asked.counts["a"]?.unanswered ?? 0
        }
        let first = Self.plan(.confirmation, next: 10)
        #expect(unanswered([(0, first)]) == 1)
        #expect(unanswered([(0, first), (9, Self.plan(.scheduled, next: 20))]) == 0)
        #expect(unanswered([(0, first), (11, Self.plan(.scheduled, next: 20))]) == 1)
        let again = (at: 30.0, plan: Self.plan(.confirmation, next: 31))
        #expect(unanswered([(0, first), again]) == 1)
        #expect(unanswered([(0, first), again], heardAt: 20) == 2)
    }

    @Test func `requests of users answer no look`() throws {
        let request = Self.look(300 + Self.confirmation + 1, source: .traffic)
        let looks = Self.steady(to: 300) + [Self.look(300, .failing), request, Self.look(320)]
        #expect(try replay(looks).summary.looks.answered == 0)
        #expect(try replay(looks).summary.looks.unanswered >= 1)
    }

    @Test func `a late look is seen to be late only where its start is known`() throws {
        func looks(_ startedAt: Double?) throws -> ReplaySummary.Looks {
            try replay(Self.steady(to: 300) + [Self.look(309, startedAt: startedAt), Self.look(316)]).summary.looks
        }
        #expect(try looks(nil).asked == 0)
        #expect(try looks(300).asked >= 1)
        #expect(try looks(308.8).asked == 0)
    }

    // MARK: Sameness

    @Test func `the same evidence gives the same bytes, in whatever order it was written`() throws {
        let encoder = HealthJSON.encoder()
        func bytes(_ looks: [RecordedEvidence]) throws -> [Data] {
            let (events, summary) = try replay(looks)
            return try events.map { try encoder.encode($0) } + [encoder.encode(summary)]
        }
        let looks = Self.outage
        let once = try bytes(looks)
        #expect(try bytes(looks) == once)
        let swapped = stride(from: 0, to: looks.count, by: 4).flatMap {
            looks[$0..<min($0 + 4, looks.count)].reversed()
        }
        #expect(swapped != looks)
        #expect(try bytes(swapped) == once)
    }

    @Test func `a policy changes what is made of the same evidence`() throws {
        var patient = HealthPolicy()
        patient.outage.fastConfirmations = [.seconds(10), .seconds(20), .seconds(200)]
        #expect(said(try replay(Self.outage).events) == [.healthy, .unhealthy, .healthy])
        #expect(said(try replay(Self.outage, policy: patient).events).contains(.unhealthy) == false)
    }

    @Test func `nothing comes of nothing`() {
        var replay = Replay()
        let summary = replay.finish()
        #expect(summary == nil)
    }
}
