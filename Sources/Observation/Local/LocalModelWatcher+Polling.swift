package import Health
import ServiceLifecycle
import Synchronization

extension LocalModelWatcher {
    /// Polls every `interval`, at least 100 ms, until the surrounding task is cancelled.
    ///
    /// Each runtime keeps its own schedule: a slow one delays no other. A poll that outlasts the interval costs the
    /// ticks it covers, and the next one falls on the schedule again.
    package func startPolling(every interval: Duration) async {
        let interval = max(interval, .milliseconds(100))
        pollingInterval.withLock { $0 = interval }
        defer { pollingInterval.withLock { $0 = nil } }
        await withDiscardingTaskGroup { group in
            for runtime in watched.keys {
                group.addTask { await self.keepPolling(runtime, every: interval) }
            }
        }
    }

    private func keepPolling(_ runtime: LocalRuntime, every interval: Duration) async {
        var tick = timekeeper.now.uptime
        while !Task.isCancelled {
            // What a poll came to is evidence and status by now.
            _ = try? await check(runtime)
            tick = Self.nextTick(after: timekeeper.now.uptime, from: tick, every: interval)
            guard (try? await timekeeper.sleep(until: tick)) != nil else { return }
        }
    }

    /// The first tick of the schedule that is still to come.
    static func nextTick(after now: Duration, from tick: Duration, every interval: Duration) -> Duration {
        tick + interval * (Int(max(0, (now - tick) / interval)) + 1)
    }
}

extension LocalModelWatcher: Service {
    /// Polls at the configured interval until shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown { await self.startPolling(every: self.settings.interval) }
    }
}

extension LocalModelStatus {
    /// The models that may be probed: in memory as of a poll that was answered.
    ///
    /// None while the runtime is silent: it may come back with an empty memory, and then a probe would load.
    package var loadedModels: [LocalModel] {
        isAvailable ? models.filter { $0.state == .loaded } : []
    }
}

extension LocalModel {
    /// The name to send in a request for it: an instance may be loaded under a name of its own (LM Studio).
    package var requestName: String { details["requestName"]?.string ?? name }

    /// Whether a request by this name reaches it without anything being loaded.
    func answers(to name: String, on runtime: LocalRuntime) -> Bool {
        if let instances = details["instances"]?.array { return instances.contains { $0.string == name } }
        return runtime.isSame(self.name, name)
    }
}
