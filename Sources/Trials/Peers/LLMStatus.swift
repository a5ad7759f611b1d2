package import Health

/// llmstatus' detector: every 60 s, down at more than 50 % failures in 5 minutes, else degraded at more than 5 % in 10.
///
/// Each window needs 3 probes or more; what no longer holds at an evaluation is over at once. A probe belongs to its
/// start, and windows include their first instant. This is the code: its `METHODOLOGY.md` tells of longer waits, which
/// the code does not have. The latency, region and quality rules are left out. Source: llmstatus/llmstatus
/// `internal/detector/rules.go`, `internal/detector/reader.go`, `cmd/detector/main.go`.
package struct LLMStatusRule: ProbeRule {
    package var downShare: Double
    package var downWindow: Double
    package var degradedShare: Double
    package var degradedWindow: Double
    package var minimumProbes: Int
    package var evaluationInterval: Double
    package private(set) var status = HealthStatus.healthy
    package private(set) var nextTick: Double?
    private var probes: [(start: Double, isSuccess: Bool)] = []

    /// - Parameter firstEvaluation: uptime of the first one.
    package init(
        downShare: Double = 0.5, downWindow: Double = 300, degradedShare: Double = 0.05, degradedWindow: Double = 600,
        minimumProbes: Int = 3, evaluationInterval: Double = 60, firstEvaluation: Double = 60
    ) {
        self.downShare = downShare
        self.downWindow = downWindow
        self.degradedShare = degradedShare
        self.degradedWindow = degradedWindow
        self.minimumProbes = minimumProbes
        self.evaluationInterval = evaluationInterval
        nextTick = firstEvaluation
    }

    package mutating func look(_ isSuccess: Bool, latency: Double, startedAt start: Double, at now: Double) -> Double? {
        probes.append((start, isSuccess))
        return nil
    }

    package mutating func tick(at now: Double) {
        nextTick = now + evaluationInterval
        probes.removeAll { $0.start < now - max(downWindow, degradedWindow) }
        if share(since: now - downWindow) > downShare {
            status = .unhealthy
        } else if share(since: now - degradedWindow) > degradedShare {
            status = .degraded
        } else {
            status = .healthy
        }
    }

    /// The share of failures; 0 with too few probes.
    private func share(since begin: Double) -> Double {
        let window = probes.filter { $0.start >= begin }
        guard window.count >= minimumProbes, !window.isEmpty else { return 0 }
        return Double(window.count { !$0.isSuccess }) / Double(window.count)
    }
}
