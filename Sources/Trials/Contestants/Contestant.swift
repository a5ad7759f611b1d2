package import Health

/// A monitor under trial: it looks at a world when it likes and says what it makes of it.
package protocol Contestant: SendableMetatype {
    /// When it next does something; uptime in seconds.
    var nextAt: Double { get }
    /// Does what is due at ``nextAt``.
    mutating func step(_ world: inout World)
    /// What it says of the model now.
    var status: HealthStatus { get }
    /// Whether it would keep traffic away now.
    var isAvoided: Bool { get }
    /// Looks taken so far, and those beside the regular schedule among them.
    var looks: Int { get }
    var extraLooks: Int { get }
}

extension Contestant {
    package var isAvoided: Bool { status.isAlarm }
    package var extraLooks: Int { 0 }
}

extension HealthStatus {
    /// Whether people are told that something is wrong with the model.
    package var isAlarm: Bool { self == .degraded || self == .unhealthy }
}

/// A change of what a contestant says.
package struct Transition: Sendable, Hashable {
    package var at: Double
    package var status: HealthStatus
}

/// A contestant in a world, and what it has said so far.
package struct Run<Monitor: Contestant> {
    package private(set) var monitor: Monitor
    package private(set) var world: World
    package private(set) var transitions: [Transition] = []
    /// When it began and ended to keep traffic away, in turn.
    package private(set) var avoidances: [Double] = []
    private var status: HealthStatus
    private var isAvoided: Bool

    package init(_ monitor: Monitor, in world: World) {
        self.monitor = monitor
        self.world = world
        status = monitor.status
        isAvoided = false
    }

    package mutating func advance(to end: Double) {
        while monitor.nextAt <= end {
            let now = monitor.nextAt
            monitor.step(&world)
            if monitor.status != status {
                status = monitor.status
                transitions.append(Transition(at: now, status: status))
            }
            // Before its first word a contestant keeps nothing away.
            if monitor.isAvoided != isAvoided, !transitions.isEmpty {
                isAvoided.toggle()
                avoidances.append(now)
            }
        }
    }

    /// Entries into an alarm from anything else, between two instants.
    package func entries(from: Double, to: Double) -> Int {
        var last = HealthStatus.unknown
        var count = 0
        for transition in transitions {
            if transition.at >= from, transition.at < to, transition.status.isAlarm, !last.isAlarm { count += 1 }
            last = transition.status
        }
        return count
    }
}
