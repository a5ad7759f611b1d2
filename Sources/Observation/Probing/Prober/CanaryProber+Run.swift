import Health
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

extension CanaryProber: Service {
    /// Drives the schedule until it is cancelled or shut down; then everything in flight is cancelled.
    ///
    /// - Throws: when it runs already.
    package func run() async throws {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        guard state.withLock({ $0.begin(wake) }) else { throw CanaryProberIsRunning() }
        wake.yield()
        await cancelWhenGracefulShutdown {
            await withTaskExecutorPreference(self.runner.egress.first.executor) { await self.drive(wakes) }
        }
        tell(state.withLock { $0.end() })
    }

    /// Sends out what is due, and sleeps until more is or somebody wakes it. One wake waiting is enough: each looks at
    /// everything.
    private func drive(_ wakes: AsyncStream<Void>) async {
        await withDiscardingTaskGroup { group in
            for await _ in wakes {
                let now = timekeeper.now.uptime
                let (flights, late, timer, skipped) = state.withLock { $0.depart(at: now) }
                if skipped > 0 {
                    metrics.skipped(skipped)
                    logger.warning(
                        "Probes skipped: the earlier ones of the same targets are still in flight",
                        metadata: ["skipped": "\(skipped)"])
                }
                for (job, scope) in flights {
                    group.addTask(executorPreference: runner.egress.workers[job.worker].executor) {
                        await self.fly(job, scope)
                    }
                }
                for job in late { group.addTask { await self.watchLoad(job) } }
                if let timer {
                    if timekeeper.isSystem {
                        // On the loop that the probe leaves from; a task would be woken by another thread.
                        let wait = TimeAmount(max(.zero, timer - timekeeper.now.uptime))
                        runner.egress.first.loop.scheduleTask(in: wait) { [weak self] in self?.ring(timer) }
                    } else {
                        group.addTask {
                            try? await self.timekeeper.sleep(until: timer)
                            self.ring(timer)
                        }
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func ring(_ timer: Duration) {
        state.withLock { $0.disarm(timer) }
        wake()
    }

    func tell(_ told: [ManualCalls.Told]) {
        for (waiter, answer) in told { waiter.resume(returning: answer) }
    }

    private func fly(_ job: ProbeJob, _ scope: FlightScope) async {
        await make(job, scope)
        let now = timekeeper.now.uptime
        let (told, landed, isMoreWaiting) = state.withLock { $0.land(job, at: now) }
        tell(told)
        for waiter in landed { waiter.resume() }
        if isMoreWaiting { wake() }
    }
}

/// `run()` was called while it runs.
struct CanaryProberIsRunning: Error, CustomStringConvertible {
    var description: String { "the prober runs already; one service group may hold it once" }
}
