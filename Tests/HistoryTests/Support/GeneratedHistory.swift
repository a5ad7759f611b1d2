import Foundation
import Health
import History

/// A past as a fleet might have had it, the same for the same seed: outages, partial outages, restarts, gaps, models at
/// rest, and a wall clock that was set back once.
struct GeneratedHistory {
    var models: [ModelID]
    var days: Double
    var seed: UInt64 = 7
    /// Seconds after noon at which it ends.
    var end = 600.0

    var range: TimeRange { .from(end - days * 86_400, to: end) }

    /// Calls `store` with one batch after the other, in order of time.
    func batches(of size: Int, _ store: ([HealthSnapshot], [HealthChangeEvent]) async throws -> Void) async throws {
        var lives = models.enumerated().map { Life(model: $1, seed: seed &+ UInt64($0) &* 977, isLocal: $0 % 7 == 3) }
        var snapshots: [HealthSnapshot] = []
        var changes: [HealthChangeEvent] = []
        var seq: UInt64 = 0
        var time = end - days * 86_400
        var chance = Seeded(state: seed)
        while time < end {
            // The daemon is stopped now and then, for seconds or for hours.
            if Int.random(in: 0..<8_000, using: &chance) == 0 {
                time += [20, 200, 5_000].randomElement(using: &chance)!
            }
            for index in lives.indices where lives[index].due <= time {
                let (snapshot, change) = lives[index].step(at: time, &seq)
                snapshots.append(snapshot)
                if let change { changes.append(change) }
            }
            if snapshots.count >= size {
                try await store(snapshots, changes)
                snapshots.removeAll(keepingCapacity: true)
                changes.removeAll(keepingCapacity: true)
            }
            time += 10
        }
        try await store(snapshots, changes)
    }

    private struct Life {
        let model: ModelID
        var chance: Seeded
        var due: Double
        let isLocal: Bool
        var status = HealthStatus.unknown
        var code = HealthReason.Code.starting
        var until = 0.0
        let usual: Double

        init(model: ModelID, seed: UInt64, isLocal: Bool) {
            self.model = model
            self.isLocal = isLocal
            chance = Seeded(state: seed)
            due = -.infinity
            until = -.infinity
            usual = Double.random(in: 80...3_000, using: &chance)
        }

        mutating func step(at time: Double, _ seq: inout UInt64) -> (HealthSnapshot, HealthChangeEvent?) {
            let previous = status
            if time >= until { next(at: time) }
            due = time + (status == .healthy ? 60 : 10)
            let p50 = usual * Double.random(in: 0.7...1.6, using: &chance) * (status == .degraded ? 3 : 1)
            let errorRate =
                switch status {
                case .healthy: 0.0
                case .degraded: 0.25
                case .unhealthy: 1.0
                case .unknown: 0.0
                }
            let isIdle = code == .idle
            let snapshot = HealthSnapshot.sample(
                model, at: time, status: status, code: code, p50: isIdle || status == .unhealthy ? nil : p50,
                errorRate: isIdle ? nil : errorRate,
                requests: isIdle ? 0 : Int.random(in: 0...12, using: &chance))
            guard previous != status else { return (snapshot, nil) }
            seq += 1
            return (
                snapshot,
                .sample(
                    seq, model, at: time, from: previous, to: status, code: code, "change \(seq) to \(status.rawValue)")
            )
        }

        private mutating func next(at time: Double) {
            let roll = Int.random(in: 0..<100, using: &chance)
            switch status {
            case .healthy where roll < 40: (status, code) = (.unhealthy, .outage)
            case .healthy where roll < 80: (status, code) = (.degraded, .errors)
            case .healthy where roll < 90: (status, code) = (.unknown, .stale)
            case .healthy where isLocal: (status, code) = (.healthy, code == .idle ? .passing : .idle)
            case .degraded where roll < 30: (status, code) = (.unhealthy, .outage)
            default: (status, code) = (.healthy, .passing)
            }
            let length =
                status == .healthy
                ? Double.random(in: 3_000...90_000, using: &chance)
                : Double.random(in: 40...4_000, using: &chance)
            until = time + length
        }
    }
}
