import Health
import Logging
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the process may use, settled before any part of the daemon is made.
struct ProcessResources: Sendable {
    var limit: DescriptorLimit
    var budget: DescriptorBudget

    /// Raises the limit of file descriptors, and shares out what there is.
    static func settle(for configuration: Configuration, logger: Logger) async -> ProcessResources {
        let before = DescriptorLimit.current
        let limit = DescriptorLimit.raise() ?? DescriptorLimit(soft: 1_024, hard: 1_024)
        if let before, before.soft < limit.soft {
            logger.info(
                "The limit of file descriptors is raised", metadata: ["from": "\(before.soft)", "to": "\(limit.soft)"])
        }
        // Each event loop takes three of them; to be set before the first loop is made.
        if limit.soft < 1_024 {
            setenv("NIO_SINGLETON_GROUP_LOOP_COUNT", "\(max(1, min(System.coreCount, limit.soft / 64)))", 0)
        }
        _ = MultiThreadedEventLoopGroup.singleton
        await takeTimers()
        let budget = DescriptorBudget(
            limit: limit.soft, open: DescriptorLimit.open ?? 32, wishes: .init(configuration))
        if limit.soft < DescriptorBudget.plenty {
            logger.notice(
                "There are few file descriptors: fewer probes and connections are open at once",
                metadata: [
                    "limit": "\(limit.soft)", "probes": "\(budget.probes)", "connections": "\(budget.connections)",
                ])
        }
        return ProcessResources(limit: limit, budget: budget)
    }

    /// The system's timers each take a descriptor when they are first used, and never fire where none is left.
    private static func takeTimers() async {
        try? await Task.sleep(for: .nanoseconds(1), clock: .continuous)
        try? await Task.sleep(for: .nanoseconds(1), clock: .suspending)
        try? await Task.sleep(nanoseconds: 1)
    }
}

extension DescriptorBudget.Wishes {
    init(_ configuration: Configuration) {
        let streams = configuration.server.maximumStreams
        let polls =
            configuration.gateways.count + LocalRuntime.allCases.count + configuration.providers.count + 1
        self.init(
            probes: configuration.limits.concurrentProbes, connections: max(2_048, streams + 1_024), streams: streams,
            polls: min(polls, 16), idleTimeout: .seconds(2))
    }
}
