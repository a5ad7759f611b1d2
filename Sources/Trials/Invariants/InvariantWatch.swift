import Foundation
package import Health

/// Holds what a fleet is told and says against the rules, knowing the truth.
///
/// It is fed with evidence, events, departures and what is shown, from a ``VirtualDaemon`` or by hand.
package struct InvariantWatch: Sendable {
    /// One model as it is in truth.
    package struct Subject: Sendable {
        package var id: ModelID
        package var interval: Double
        package var timeout = 10.0
        /// Sorted by start.
        package var troubles: [Episode]
        package var gateway: String?
        /// Those of one account share its limits.
        package var account = ""
        package var isOffMachine = true
        package var isLocal = false
        /// Whether every fourth probe or so streams.
        package var isStreamed = false

        package init(_ id: ModelID, interval: Double, troubles: [Episode] = []) {
            self.id = id
            self.interval = interval
            self.troubles = troubles
        }
    }

    /// What is known of one model.
    struct Track: Sendable {
        var subject: Subject
        var isPresent = true
        /// Since when it is in the fleet.
        var joinedAt = 0.0
        var status = HealthStatus.unknown
        /// A success, or an idle local model, since the last refusal, removal or start.
        var hasGround = false
        /// Until when somebody of its account has been asked to wait.
        var waitsUntil = -Double.infinity
        /// When users' requests were last seen, which may stand for probes.
        var requestedAt = -Double.infinity
        /// When something has succeeded: the last eight times.
        var successes: [Double] = []
        /// What its newest evidence came to.
        var newest: Outcome.Class?
        /// The runtime's last word.
        var localState: LocalModel.State?
        /// Since when it may be probed; `nil` when it may not.
        var probeableSince: Double?
        var trail = Trail()

        init(_ subject: Subject) {
            self.subject = subject
            if self.subject.account.isEmpty { self.subject.account = subject.id.rawValue }
            if !subject.isLocal { probeableSince = 0 }
        }
    }

    let policy: HealthPolicy
    let gateways: [String: [Episode]]
    let network: [Episode]
    var tracks: [Track]
    var positions: [ModelID: Int] = [:]
    var nextSeq: UInt64 = 1
    /// How often our own network was told to be gone since it was last seen.
    var isNetworkTold = false
    var networkTellings: [Double] = []
    package private(set) var violations: [Violation] = []
    package private(set) var counts: [Invariant: Int] = [:]
    package internal(set) var events = 0

    /// - Parameters:
    ///   - gateways: when each is gone.
    ///   - network: when our own is.
    package init(
        _ subjects: [Subject], gateways: [String: [Episode]] = [:], network: [Episode] = [],
        policy: HealthPolicy = HealthPolicy()
    ) {
        self.policy = policy
        self.gateways = gateways
        self.network = network
        tracks = subjects.map(Track.init)
        for (index, subject) in subjects.enumerated() { positions[subject.id] = index }
    }

    mutating func note(_ rule: Invariant, _ index: Int? = nil, at now: Double, _ detail: String) {
        counts[rule, default: 0] += 1
        // A few of each kind tell all.
        guard counts[rule, default: 0] <= 5 else { return }
        violations.append(
            Violation(
                rule: rule, model: index.map { tracks[$0].subject.id.rawValue } ?? "", at: now, detail: detail,
                evidence: index.map { tracks[$0].trail.lines } ?? []))
    }

    // MARK: What the decision is told

    /// Takes up evidence that has reached the decision.
    package mutating func saw(_ evidence: Evidence) {
        let now = evidence.at.uptime.seconds
        switch evidence.kind {
        case .probeFinished(let key, _, let result):
            guard let index = positions[key.modelID], key.check == nil else { return }
            tracks[index].trail.add(now, evidence.kind)
            tracks[index].weigh(result.outcome.class, at: now)
            if result.outcome.class == .rateLimited || result.outcome.retryAfter != nil {
                // Where nobody says for how long, the interval is stretched.
                let stretched = policy.blocked.longestStretch * tracks[index].subject.interval
                hold(like: index, until: now + max(result.outcome.retryAfter?.seconds ?? 0, stretched))
            }
        case .outcomes(let key, let outcome, _, _):
            guard let index = positions[key.modelID], key.check == nil else { return }
            tracks[index].trail.add(now, evidence.kind)
            tracks[index].requestedAt = now
            // Of requests only success and failure are weighed: what else they meet a probe finds out.
            if outcome.class == .ok || outcome.class == .failing { tracks[index].weigh(outcome.class, at: now) }
        case .probeStarted(let key, _, _, _), .probeCancelled(let key, _), .load(let key, _):
            if let index = positions[key.modelID] { tracks[index].trail.add(now, evidence.kind) }
        case .local(let id, let local):
            guard let index = positions[id] else { return }
            if tracks[index].localState != local.state { tracks[index].trail.add(now, evidence.kind) }
            tracks[index].tell(local, at: now)
        case .gateway(let name, _, _):
            for index in tracks.indices where tracks[index].subject.gateway == name {
                tracks[index].trail.add(now, evidence.kind)
            }
        case .connectivity(let isUp):
            for index in tracks.indices where tracks[index].subject.isOffMachine && !isUp {
                tracks[index].trail.add(now, evidence.kind)
            }
        case .runtime(_, let isUp, _):
            for index in tracks.indices where tracks[index].subject.isLocal {
                if !isUp { tracks[index].probeableSince = nil }
            }
        case .traffic, .component: break
        }
    }

    private mutating func hold(like index: Int, until: Double) {
        let account = tracks[index].subject.account
        for other in tracks.indices where other == index || tracks[other].subject.account == account {
            tracks[other].waitsUntil = max(tracks[other].waitsUntil, until)
        }
    }

    /// Takes up that a model has left the fleet, come back, or begun anew with other targets.
    package mutating func configured(_ id: ModelID, isPresent: Bool, at now: Double) {
        guard let index = positions[id] else { return }
        var track = Track(tracks[index].subject)
        track.isPresent = isPresent
        track.joinedAt = now
        track.trail = tracks[index].trail
        // The account is another matter than its models.
        track.waitsUntil = tracks[index].waitsUntil
        track.trail.add(now, isPresent ? "configured" : "removed")
        track.status = tracks[index].status
        if !tracks[index].subject.isLocal { track.probeableSince = now }
        tracks[index] = track
    }
}

extension InvariantWatch.Track {
    mutating func weigh(_ outcome: Outcome.Class, at now: Double) {
        newest = outcome
        switch outcome {
        case .ok, .idle:
            hasGround = true
            if successes.count == 8 { successes.removeFirst() }
            successes.append(now)
        case .credentials, .quota, .misconfigured, .gone, .gateway, .selfNetwork: hasGround = false
        case .failing, .rateLimited: break
        }
    }

    mutating func tell(_ local: LocalModel, at now: Double) {
        let isProbeable = local.state == .loaded && !local.isRemote
        if isProbeable != (probeableSince != nil) { probeableSince = isProbeable ? now : nil }
        // Loaded or unloaded, it is another one to the probes.
        if local.state == .idle {
            hasGround = true
            newest = .idle
        } else if local.state != .loaded {
            hasGround = false
        }
        localState = local.state
    }
}

/// The last evidence on a model, in few words.
struct Trail: Sendable {
    private enum Entry: Sendable {
        case evidence(Evidence.Kind)
        case words(String)
    }
    private static let length = 12
    private var entries: [(at: Double, entry: Entry)] = []
    private var next = 0

    mutating func add(_ at: Double, _ kind: Evidence.Kind) { add(at, .evidence(kind)) }
    mutating func add(_ at: Double, _ words: String) { add(at, .words(words)) }

    private mutating func add(_ at: Double, _ entry: Entry) {
        if entries.count < Self.length {
            entries.append((at, entry))
        } else {
            entries[next] = (at, entry)
            next = (next + 1) % Self.length
        }
    }

    /// Oldest first.
    var lines: [String] {
        (entries[next...] + entries[..<next]).map { at, entry in
            switch entry {
            case .evidence(let kind): "\(at.brief) \(kind.words)"
            case .words(let words): "\(at.brief) \(words)"
            }
        }
    }
}

extension Evidence.Kind {
    /// A few words.
    fileprivate var words: String {
        switch self {
        case .probeStarted(_, let number, let reason, let isStreamed):
            return "#\(number) leaves (\(reason.rawValue)\(isStreamed ? ", streamed" : ""))"
        case .probeFinished(_, let number, let result):
            let wait = result.outcome.retryAfter.map { ", wait \($0.seconds.brief) s" } ?? ""
            return "#\(number) \(result.outcome.class.rawValue)/\(result.outcome.cause.rawValue)\(wait)"
        case .probeCancelled(_, let number): return "#\(number) cancelled"
        case .outcomes(_, let outcome, let count, _): return "\(count) requests \(outcome.class.rawValue)"
        case .traffic: return "traffic"
        case .load(_, let load): return load.map { "load \($0.running ?? 0)+\($0.waiting ?? 0)" } ?? "load untold"
        case .local(_, let local): return "runtime says \(local.state.rawValue)"
        case .runtime(_, let isUp, _): return "runtime \(isUp ? "up" : "down")"
        case .gateway(_, let isUp, _): return "gateway \(isUp ? "up" : "down")"
        case .connectivity(let isUp): return "connectivity \(isUp)"
        case .component: return "component"
        }
    }
}
