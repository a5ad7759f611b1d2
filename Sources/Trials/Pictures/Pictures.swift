import Foundation
package import Health

/// The pictures of the documentation, drawn from the harness.
package struct Pictures: Sendable {
    package struct Picture: Sendable {
        package var name: String
        package var svg: String
    }

    package var policy: HealthPolicy
    package var scale: TrialScale

    package init(policy: HealthPolicy = HealthPolicy(), scale: TrialScale) {
        self.policy = policy
        self.scale = scale
    }

    package func all() async -> [Picture] {
        [
            Picture(name: "outage", svg: incident("A total outage, probing every 15 s", .refused, length: 60)),
            Picture(
                name: "partial",
                svg: incident("30 % of the requests fail, probing every 15 s", .partial(0.3), length: 200)),
            Picture(name: "delays", svg: await delays()),
            Picture(name: "frontier", svg: await frontier()),
        ]
    }

    /// One incident, look by look.
    private func incident(_ title: String, _ trouble: Trouble, length: Double) -> String {
        let onset = 40_000.0
        let world = World(
            noise: 0, episodes: [Episode(from: onset, to: onset + length, trouble)], seed: 11)
        let id: ModelID = "model"
        var daemon = VirtualDaemon([.trial(id, interval: 15)], worlds: [world], policy: policy, seed: 5)
        daemon.run(until: onset - 30)
        daemon.events.removeAll()
        let key = ProbeKey(id)
        let end = length * 1.6 + 40
        var chart = Chart(
            title: title,
            x: .init(
                title: "seconds from the onset", range: -30...end,
                ticks: stride(from: 0, through: end, by: length < 100 ? 20 : 50).map { $0 }),
            y: .init(title: "suspicion (1 = degraded)", range: 0...1.15, ticks: [0, 0.5, 1]))
        chart.band("the fault", from: 0, to: length, colour: "#c0182a")
        var suspicion: [(Double, Double)] = []
        var avoided: [(Double, Double)] = []
        while daemon.nextAt <= onset + end {
            daemon.step()
            let time = daemon.now - onset
            suspicion.append((time, daemon.engine.suspicion(of: key) ?? 0))
            avoided.append((time, daemon.engine.verdicts(of: id)?.routing == .usable ? 0 : 0.5))
            if let answer = daemon.lastAnswer {
                chart.look(at: time, level: 1.08, isSuccess: answer.isSuccess)
            }
        }
        chart.line("suspicion", suspicion)
        chart.line("traffic kept away", avoided)
        for event in daemon.events {
            let time = event.timestamp.timeIntervalSince(VirtualDaemon.origin) - onset
            chart.line(event.currentStatus.rawValue + " at \(Int(time.rounded())) s", [(time, 0), (time, 1)])
        }
        return chart.svg
    }

    /// How soon each contestant finds what is wrong.
    private func delays() async -> String {
        let interval = 60.0
        let board = ProbeScoreboard(TrialSetting(interval: interval, noise: 0.02, policy: policy, scale: scale))
        let scores = [await board.ours()] + (await board.peers())
        var chart = Chart(
            title: "30 % of the requests fail, probing every 60 s: share found",
            x: .init(
                title: "seconds from the onset", range: 30...3_600, ticks: [30, 60, 120, 300, 600, 1_200, 3_600],
                scale: .logarithmic),
            y: .init(title: "share of the incidents", range: 0...1, ticks: [0, 0.25, 0.5, 0.75, 1]))
        let times = stride(from: 0.0, through: 1, by: 0.02).map { 30 * pow(120, $0) }
        // Rules that find the same at the same time share a line.
        var curves: [(names: [String], shares: [Double])] = []
        for score in scores {
            guard let found = score.partial[0.3]?.found else { continue }
            let shares = times.map { found.share(within: $0) }
            if let index = curves.firstIndex(where: { $0.shares == shares }) {
                curves[index].names.append(score.name)
            } else {
                curves.append(([score.name], shares))
            }
        }
        for (names, shares) in curves { chart.line(names, Array(zip(times, shares))) }
        return chart.svg
    }

    /// What quickness costs: the threshold moved from side to side.
    private func frontier() async -> String {
        var chart = Chart(
            title: "The frontier, probing every 60 s: threshold 7 to 11.5",
            x: .init(
                title: "false alarms per model-year", range: 0.1...1_000, ticks: [0.1, 1, 10, 100, 1_000],
                scale: .logarithmic),
            y: .init(
                title: "median seconds to find 30 %", range: 100...3_000, ticks: [100, 300, 1_000, 3_000],
                scale: .logarithmic))
        var points: [(Double, Double)] = []
        for threshold in [7, 8, 9.1, 10, 11.5] {
            var policy = policy
            policy.errors.threshold = threshold
            let board = ProbeScoreboard(TrialSetting(interval: 60, noise: 0.02, policy: policy, scale: scale))
            let (alarms, delay) = await board.frontierPoint()
            points.append((alarms * 365, delay))
        }
        chart.line("llm-health", points, markers: true)
        for (name, alarms, delay) in await ProbeScoreboard(
            TrialSetting(interval: 60, noise: 0.02, policy: policy, scale: scale)
        )
        .peerPoints() {
            chart.line(name, [(alarms * 365, delay)], markers: true)
        }
        return chart.svg
    }
}
