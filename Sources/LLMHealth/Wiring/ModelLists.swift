import Health
import Logging
import Observation
import ServiceLifecycle

/// Reads one list of models again and again, so that models that come and go at a provider do so in the fleet.
///
/// A list that could not be read is read again soon, and said to be unreadable meanwhile: what it lists is watched by
/// nobody until then.
struct ModelLists: EvidenceSource {
    let source: DiscoverySource
    let discovery: ModelDiscovery
    let directory: FleetDirectory
    let intake: Intake
    let timekeeper: Timekeeper
    let logger: Logger

    /// One for each list that is read; local runtimes tell theirs by themselves.
    static func all(
        of sources: [DiscoverySource], egress: Egress, directory: FleetDirectory, intake: Intake,
        timekeeper: Timekeeper, logger: Logger
    ) -> [any EvidenceSource] {
        let discovery = ModelDiscovery(egress: egress, timekeeper: timekeeper)
        return sources.compactMap { source in
            if case .runtime = source.place { return nil }
            return ModelLists(
                source: source, discovery: discovery, directory: directory, intake: intake, timekeeper: timekeeper,
                logger: logger)
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { await keepReading() }
    }

    private func keepReading() async {
        var known = DiscoveredModels()
        var pace = ListPace(interval: source.filter.interval, seed: Jitter.seed(of: ProbeKey(ModelID(name))))
        var next = timekeeper.now.uptime
        while !Task.isCancelled {
            let wait: Duration
            do {
                // The filter is the directory's, so that an excluded model is known to be listed all the same.
                let names = try await discovery.models(of: .init(name: source.provider, target: source.target))
                let change = known.absorb(names)
                if !change.isEmpty { directory.list(known.names.map { ($0, .chat) }, at: source.place) }
                if pace.isFailing { report(isUp: true, "It can be read: \(names.count) models.") }
                wait = pace.succeeded()
            } catch {
                if Task.isCancelled { return }
                wait = pace.failed()
                let again = "it is read again in \(max(1, Int(wait.seconds.rounded()))) s"
                logger.warning(
                    "A list of models cannot be read; what it held stays",
                    metadata: ["error": "\(error)", "again": "\(again)"])
                var detail = error.cause ?? "it \(error.message)"
                while detail.hasSuffix(".") { detail.removeLast() }
                report(isUp: false, "The model list of \(name) cannot be read: \(detail); \(again).")
            }
            next = max(next + wait, timekeeper.now.uptime + min(wait, ListPace.firstRetry))
            do { try await timekeeper.sleep(until: next) } catch { return }
        }
    }

    var name: String {
        switch source.place {
        case .provider(let name), .gateway(let name): name
        case .runtime(let runtime): runtime.rawValue
        }
    }

    private func report(isUp: Bool, _ detail: String) {
        intake.submit(
            Evidence(
                .component(.modelList, name: name, isUp: isUp, detail: detail), source: .daemon, at: timekeeper.now))
    }
}

/// How soon a list is read again: at its interval, or after a failure in 1 s, 2 s, 4 s … up to that, each moved by up to a
/// fifth, so that lists of one server do not all come at once.
struct ListPace: Sendable {
    static let firstRetry = Duration.seconds(1)
    private static let jitter = 0.2

    let interval: Duration
    let seed: UInt64
    private var failures = 0

    init(interval: Duration, seed: UInt64) {
        self.interval = interval
        self.seed = seed
    }

    /// Whether the last reading failed.
    var isFailing: Bool { failures > 0 }

    mutating func succeeded() -> Duration {
        failures = 0
        return interval
    }

    mutating func failed() -> Duration {
        failures += 1
        let wait = Self.firstRetry * Double(1 << min(failures - 1, 20))
        guard wait < interval else { return interval }
        return wait * (1 + Self.jitter * Jitter.share(seed, turn: .seconds(failures)))
    }
}
