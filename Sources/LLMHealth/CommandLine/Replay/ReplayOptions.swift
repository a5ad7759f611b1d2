import Basics
import Health
import Trials

/// What `replay` is asked to do.
package struct ReplayOptions: Sendable, Hashable {
    /// The recording; `-` is standard input.
    package var file: String
    /// A configuration whose models, intervals and policy hold.
    package var config: String?
    /// A policy instead of the built-in one.
    package var policy: String?
    /// A second policy, replayed beside the first.
    package var against: String?
    /// Between two regular looks at models that no configuration names; default what it is in the recording.
    package var interval: String?
    /// JSON where two policies would be shown as tables.
    package var isJSON: Bool

    package init(
        file: String, config: String? = nil, policy: String? = nil, against: String? = nil, interval: String? = nil,
        isJSON: Bool = false
    ) {
        self.file = file
        self.config = config
        self.policy = policy
        self.against = against
        self.interval = interval
        self.isJSON = isJSON
    }

    static let builtIn = "built in"

    /// The policies to replay, each with the name of where it stands.
    func contenders(environment: [String: String]) throws -> [Contender] {
        guard config == nil || policy == nil else {
            throw InputError("--config and --policy both bring a policy; give one, the other with --against")
        }
        guard config == nil || interval == nil else {
            throw InputError("--interval is for recordings without --config; set `interval` of the models there")
        }
        var fleet = ReplayFleet(interval: try givenInterval())
        var first = HealthPolicy()
        if let config {
            let loaded = try Configuration.load(paths: [config], environment: environment)
            fleet = ReplayFleet(try loaded.modelConfigs(), standard: loaded.defaults.interval)
            first = loaded.policy
        } else if let policy {
            first = try PolicyFile.load(policy, environment: environment)
        }
        let a = Contender(name: config ?? policy ?? Self.builtIn, replay: Replay(policy: first, fleet: fleet))
        guard let against else { return [a] }
        let second = try PolicyFile.load(against, environment: environment)
        return [a, Contender(name: against, replay: Replay(policy: second, fleet: fleet))]
    }

    struct Contender {
        var name: String
        var replay: Replay
    }

    private func givenInterval() throws(InputError) -> Duration? {
        guard let interval else { return nil }
        guard let duration = DurationText.parse(interval) else {
            throw InputError("--interval: '\(interval)' is no duration; \(DurationText.advice(on: interval))")
        }
        guard Configuration.interval.contains(duration) else {
            throw InputError("--interval: '\(interval)' is out of range; write 1s to 1d")
        }
        return duration
    }
}
