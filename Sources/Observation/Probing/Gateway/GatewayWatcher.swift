import Basics
package import Health
package import Logging
import NIOHTTP1
import ServiceLifecycle
import Synchronization

/// Asks gateways whether they live, apart from any provider behind them.
///
/// Each kind in its own way (``GatewayAdapter``), every 30 s; a gateway that is down every 5 s; a suspected one at once.
/// A gateway that takes connections and says nothing is down like one that refuses them.
package final class GatewayWatcher: Service {
    package struct Gateway: Sendable, Hashable {
        /// The name in the configuration.
        package var name: String
        package var kind: GatewayRoute.Kind
        /// Where it is, without `/v1`.
        package var url: String
        /// Portkey only.
        package var isHosted: Bool
        /// Its own key, where it asks for one.
        package var apiKey: Secret?

        package init(
            name: String, kind: GatewayRoute.Kind = .portkey, url: String, isHosted: Bool = false, apiKey: Secret? = nil
        ) {
            self.name = name
            self.kind = kind
            self.url = url
            self.isHosted = isHosted
            self.apiKey = apiKey
        }
    }

    package struct Settings: Sendable, Hashable {
        /// Between two polls while all is well; default 30 s; `gateways.interval`.
        package var interval: Duration
        /// Between the starts of two polls of a gateway that is down; default 5 s.
        package var suspiciousInterval: Duration
        /// For one poll; default 5 s; `gateways.timeout`.
        package var timeout: Duration
        /// For one poll of a gateway that is down or suspected, whose models wait for the answer; default 3 s.
        package var suspiciousTimeout: Duration
        /// Between the end of a poll and the next one, however many suspect the gateway; default 1 s.
        package var shortestPause: Duration

        package init(
            interval: Duration = .seconds(30), suspiciousInterval: Duration = .seconds(5),
            timeout: Duration = .seconds(5), suspiciousTimeout: Duration = .seconds(3),
            shortestPause: Duration = .seconds(1)
        ) {
            self.interval = interval
            self.suspiciousInterval = suspiciousInterval
            self.timeout = timeout
            self.suspiciousTimeout = suspiciousTimeout
            self.shortestPause = shortestPause
        }
    }

    /// What one poll found.
    package struct Liveness: Sendable, Hashable {
        package var isUp: Bool
        /// One sentence, without secrets.
        package var detail: String
        /// We could not ask, which says nothing of the gateway.
        package var isOurOwn = false
    }

    /// A poll that was made.
    private struct Poll {
        var startedAt: Duration
        var endedAt: Duration
        var isUp: Bool
    }

    private struct Suspicion {
        var isSuspected = false
        var wake: AsyncStream<Void>.Continuation?
    }

    private let gateways: [Gateway]
    private let settings: Settings
    private let egress: Egress
    private let intake: Intake
    private let timekeeper: Timekeeper
    private let logger: Logger
    private let suspicions: Mutex<[String: Suspicion]>

    package init(
        _ gateways: [Gateway], settings: Settings = Settings(), egress: Egress, intake: Intake,
        timekeeper: Timekeeper = .system, logger: Logger
    ) {
        self.gateways = gateways
        self.settings = settings
        self.egress = egress
        self.intake = intake
        self.timekeeper = timekeeper
        self.logger = logger
        suspicions = Mutex(Dictionary(gateways.map { ($0.name, Suspicion()) }, uniquingKeysWith: { $1 }))
    }

    /// Polls until it is cancelled or shut down.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for gateway in self.gateways { group.addTask { await self.watch(gateway) } }
            }
        }
    }

    /// Something could not get through a gateway: it is asked at once, or a second after the last answer. Returns at once.
    package func suspect(_ name: String) {
        suspicions.withLock { suspicions in
            guard suspicions[name]?.isSuspected == false else { return }
            suspicions[name]?.isSuspected = true
            suspicions[name]?.wake?.yield()
        }
    }

    /// Polls one gateway now, and reports what it finds as evidence.
    ///
    /// - Parameter isSuspected: then the answer is awaited less patiently.
    @discardableResult
    package func check(_ gateway: Gateway, isSuspected: Bool = false) async -> Liveness? {
        let timeout = isSuspected ? min(settings.suspiciousTimeout, settings.timeout) : settings.timeout
        guard let liveness = try? await ask(gateway, timeout: timeout) else { return nil }
        guard !liveness.isOurOwn else { return liveness }
        intake.submit(
            Evidence(
                .gateway(gateway.name, isUp: liveness.isUp, detail: liveness.detail), source: .probe, at: timekeeper.now
            ))
        return liveness
    }

    // MARK: Polling

    private func watch(_ gateway: Gateway) async {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        suspicions.withLock { $0[gateway.name]?.wake = wake }
        wake.yield()
        var last: Poll?
        await withDiscardingTaskGroup { group in
            var timer: Duration?
            for await _ in wakes {
                let now = timekeeper.now.uptime
                let isSuspected = suspicions.withLock { $0[gateway.name]?.isSuspected ?? false }
                // However many probes fail, a gateway is asked no more often than this.
                if now >= due(after: last, isSuspected: isSuspected) {
                    suspicions.withLock { $0[gateway.name]?.isSuspected = false }
                    let isDoubtful = isSuspected || last?.isUp == false
                    guard let liveness = await check(gateway, isSuspected: isDoubtful) else { break }
                    if liveness.isUp != last?.isUp, !liveness.isOurOwn { log(gateway, liveness) }
                    last = Poll(startedAt: now, endedAt: timekeeper.now.uptime, isUp: liveness.isUp)
                }
                let next = due(
                    after: last, isSuspected: suspicions.withLock { $0[gateway.name]?.isSuspected ?? false })
                if let timer, timer > timekeeper.now.uptime, timer <= next { continue }
                timer = next
                group.addTask {
                    try? await self.timekeeper.sleep(until: next)
                    wake.yield()
                }
            }
            group.cancelAll()
        }
    }

    private func due(after last: Poll?, isSuspected: Bool) -> Duration {
        guard let last else { return .zero }
        let soonest = last.endedAt + settings.shortestPause
        if isSuspected { return soonest }
        return max(soonest, last.startedAt + (last.isUp ? settings.interval : settings.suspiciousInterval))
    }

    private func log(_ gateway: Gateway, _ liveness: Liveness) {
        logger.log(
            level: liveness.isUp ? .info : .error, liveness.isUp ? "gateway is up" : "gateway is down",
            metadata: ["gateway": "\(gateway.name)", "detail": "\(liveness.detail)"])
    }

    private func ask(_ gateway: Gateway, timeout: Duration) async throws(CancellationError) -> Liveness {
        let manner = gateway.manner
        // A connection of its own: one that stood before says nothing of whether the gateway still takes new ones.
        var headers: HTTPHeaders = [
            "accept": "application/json, text/plain", "user-agent": "llm-health", "connection": "close",
        ]
        var secrets: [Secret] = []
        if let key = gateway.apiKey {
            let credentials = manner.credentials(key)
            headers.add(name: credentials.name, value: credentials.value.reveal())
            secrets = [key, credentials.value]
        }
        var exchange = Exchange()
        for path in manner.livenessPaths {
            let request = ProbeRequest(
                method: .GET, url: gateway.base + path, headers: headers, bodyLimit: 64 << 10, secrets: secrets)
            exchange = try await TimedRequest(request: request, timeout: timeout, stallAfter: timeout)
                .send(by: egress)
            guard exchange.failure == nil, exchange.status == 404 else { break }
        }
        return Self.liveness(exchange, gateway, timeout: timeout)
    }

    /// Judges the answer to a poll: whatever answers below 500 is there, and the detail says when it looks odd.
    static func liveness(_ exchange: Exchange, _ gateway: Gateway, timeout: Duration) -> Liveness {
        let redactor = Redactor([gateway.apiKey].compactMap { $0 })
        if exchange.failure != nil {
            let context = ProbeContext(
                provider: "", model: "", gateway: GatewayRoute(gateway: gateway.name, kind: gateway.kind),
                host: Host(of: gateway.url).text, timeout: timeout, redactor: redactor)
            let outcome = ProbeClassifier(context: context, dialect: OpenAIDialect()).verdict(on: exchange).outcome
            return Liveness(isUp: false, detail: outcome.detail, isOurOwn: outcome.cause == .ownResources)
        }
        let status = exchange.status ?? 0
        let here = "\(Host(of: gateway.url).text) answers \(status)"
        if status >= 500 {
            let text = String(decoding: exchange.body.prefix(4_096), as: UTF8.self)
            return Liveness(isUp: false, detail: redactor.clean("\(here): \(PageText.summary(of: text))."))
        }
        guard let oddity = gateway.manner.oddity(status: status, body: exchange.body) else {
            return Liveness(isUp: true, detail: "It answers as it should.")
        }
        return Liveness(isUp: true, detail: redactor.clean("\(here), \(oddity)"))
    }
}
