import AsyncHTTPClient
import Health
import Logging
import Observation
import ServiceLifecycle

/// Starts a source once something answers at an address where it may or may not be: a part that nobody asked for is not
/// reported as down before it was ever there.
struct DeferredSource: EvidenceSource {
    let endpoint: DefaultEndpoint
    let client: HTTPClient
    let timekeeper: Timekeeper
    let logger: Logger
    let source: any EvidenceSource

    var name: String { source.name }

    private static let interval = Duration.seconds(10)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if await probeDefaults([endpoint], client: client, timekeeper: timekeeper).first?.isAnswering == true {
                    break
                }
                do { try await timekeeper.sleep(for: Self.interval) } catch { return }
            }
        }
        guard !Task.isCancelled, !Task.isShuttingDownGracefully else { return }
        logger.notice("Found", metadata: ["address": "\(endpoint.url)"])
        try await source.run()
    }
}
