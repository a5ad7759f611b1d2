import Health
import Logging
import Observation
import ServiceLifecycle

/// Reads one list of models again and again, so that models that come and go at a provider do so in the fleet.
struct ModelLists: Service {
    let source: DiscoverySource
    let discovery: ModelDiscovery
    let directory: FleetDirectory
    let timekeeper: Timekeeper
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown { await keepReading() }
    }

    private func keepReading() async {
        var known = DiscoveredModels()
        var next = timekeeper.now.uptime
        while !Task.isCancelled {
            do {
                // The filter is the directory's, so that an excluded model is known to be listed all the same.
                let names = try await discovery.models(of: .init(name: source.provider, target: source.target))
                let change = known.absorb(names)
                if !change.isEmpty { directory.list(known.names.map { ($0, .chat) }, at: source.place) }
            } catch {
                logger.warning("A list of models cannot be read; what it held stays", metadata: ["error": "\(error)"])
            }
            next = max(next + source.filter.interval, timekeeper.now.uptime)
            do { try await timekeeper.sleep(until: next) } catch { return }
        }
    }
}
