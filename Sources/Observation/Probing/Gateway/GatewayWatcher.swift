package import Health
package import Logging
import NIOHTTP1
import ServiceLifecycle
import Synchronization

/// Asks gateways whether they live, apart from any provider behind them.
///
/// An open-source Portkey is asked for `GET /` (it says "AI Gateway says hey!"), a hosted one for `GET /v1/health`
/// (provider facts §1.1, §2.1). Every 30 s, and every 5 s while something is suspicious.
package final class GatewayWatcher: Service {
    package struct Gateway: Sendable, Hashable {
        /// The name in the configuration.
        package var name: String
        /// Where it is, without `/v1`.
        package var url: String
        package var isHosted: Bool
        /// `x-portkey-api-key`, for hosted ones.
        package var apiKey: Secret?

        package init(name: String, url: String, isHosted: Bool = false, apiKey: Secret? = nil) {
            self.name = name
            self.url = url
            self.isHosted = isHosted
            self.apiKey = apiKey
        }
    }

    package struct Settings: Sendable, Hashable {
        /// Between two polls while all is well; default 30 s; `gateways.interval`.
        package var interval: Duration
        /// Between two polls of a gateway that is down or suspected; default 5 s; `gateways.suspiciousInterval`.
        package var suspiciousInterval: Duration
        /// For one poll; default 5 s; `gateways.timeout`.
        package var timeout: Duration

        package init(
            interval: Duration = .seconds(30), suspiciousInterval: Duration = .seconds(5),
            timeout: Duration = .seconds(5)
        ) {
            self.interval = interval
            self.suspiciousInterval = suspiciousInterval
            self.timeout = timeout
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

    /// Something could not get through a gateway: look soon. Returns at once.
    package func suspect(_ name: String) {
        suspicions.withLock { suspicions in
            guard suspicions[name]?.isSuspected == false else { return }
            suspicions[name]?.isSuspected = true
            suspicions[name]?.wake?.yield()
        }
    }

    /// Polls one gateway now, and reports what it finds as evidence.
    @discardableResult
    package func check(_ gateway: Gateway) async -> Liveness? {
        guard let liveness = try? await ask(gateway) else { return nil }
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
        var last: (liveness: Liveness, at: Duration)?
        await withDiscardingTaskGroup { group in
            var timer: Duration?
            for await _ in wakes {
                let now = timekeeper.now.uptime
                let isSuspected = suspicions.withLock { $0[gateway.name]?.isSuspected ?? false }
                // However many probes fail, a gateway is asked no more often than this.
                if now >= due(after: last, isSuspected: isSuspected) {
                    suspicions.withLock { $0[gateway.name]?.isSuspected = false }
                    guard let liveness = await check(gateway) else { break }
                    if liveness.isUp != last?.liveness.isUp, !liveness.isOurOwn { log(gateway, liveness) }
                    last = (liveness, timekeeper.now.uptime)
                }
                let next = due(
                    after: last, isSuspected: suspicions.withLock { $0[gateway.name]?.isSuspected ?? false })
                if let timer, timer > now, timer <= next { continue }
                timer = next
                group.addTask {
                    try? await self.timekeeper.sleep(until: next)
                    wake.yield()
                }
            }
            group.cancelAll()
        }
    }

    private func due(after last: (liveness: Liveness, at: Duration)?, isSuspected: Bool) -> Duration {
        guard let last else { return .zero }
        return last.at + (last.liveness.isUp && !isSuspected ? settings.interval : settings.suspiciousInterval)
    }

    private func log(_ gateway: Gateway, _ liveness: Liveness) {
        logger.log(
            level: liveness.isUp ? .info : .error, liveness.isUp ? "gateway is up" : "gateway is down",
            metadata: ["gateway": "\(gateway.name)", "detail": "\(liveness.detail)"])
    }

    private func ask(_ gateway: Gateway) async throws(CancellationError) -> Liveness {
        var base = gateway.url[...]
        while base.last == "/" { base.removeLast() }
        if base.hasSuffix("/v1") { base.removeLast(3) }
        var headers: HTTPHeaders = ["accept": "application/json, text/plain", "user-agent": "llm-health"]
        if let key = gateway.apiKey { headers.add(name: "x-portkey-api-key", value: key.reveal()) }
        let request = ProbeRequest(
            method: .GET, url: base + (gateway.isHosted ? "/v1/health" : "/"), headers: headers, bodyLimit: 64 << 10,
            secrets: [gateway.apiKey].compactMap { $0 })
        let exchange = try await TimedRequest(
            request: request, timeout: settings.timeout, stallAfter: settings.timeout
        ).send(by: egress)
        return Self.liveness(exchange, gateway, timeout: settings.timeout)
    }

    /// Judges the answer to a poll: whatever answers below 500 is there, and the detail says when it looks odd.
    static func liveness(_ exchange: Exchange, _ gateway: Gateway, timeout: Duration) -> Liveness {
        let redactor = Redactor([gateway.apiKey].compactMap { $0 })
        if exchange.failure != nil {
            let context = ProbeContext(
                provider: "", model: "", gateway: GatewayRoute(gateway: gateway.name), host: Host(of: gateway.url).text,
                timeout: timeout, redactor: redactor)
            let outcome = ProbeClassifier(context: context, dialect: OpenAIDialect()).verdict(on: exchange).outcome
            return Liveness(isUp: false, detail: outcome.detail, isOurOwn: outcome.cause == .ownResources)
        }
        let status = exchange.status ?? 0
        let text = String(decoding: exchange.body.prefix(4_096), as: UTF8.self)
        let where_ = "\(Host(of: gateway.url).text) answers \(status)"
        if status >= 500 {
            return Liveness(isUp: false, detail: redactor.clean("\(where_): \(PageText.summary(of: text))."))
        }
        let isAsExpected =
            gateway.isHosted
            ? (200..<300).contains(status) && JSONText.parse(exchange.body)?["status"]?.string != "failure"
            : (200..<300).contains(status) && text.contains("AI Gateway says hey")
        if isAsExpected { return Liveness(isUp: true, detail: "It answers as it should.") }
        let hint = gateway.isHosted ? "is it an open-source gateway?" : "is it hosted, or something else?"
        return Liveness(
            isUp: true,
            detail: redactor.clean(
                "\(where_), though not like \(gateway.isHosted ? "a hosted" : "an open-source") Portkey: \(hint)"))
    }
}
