import Basics
import Health
import NIOHTTP1
import Synchronization

/// Asks model servers how loaded they are while probes of ours wait there: a queue is no hang.
///
/// Only servers that are asked directly, and only with questions that cost no inference. What works is learnt for each
/// server. One question is in flight at a server at a time, however many probes wait there.
package final class LoadWatcher: Sendable {
    package struct Settings: Sendable, Hashable {
        /// How long a probe waits before its server is asked; default 1 s.
        package var patience: Duration
        /// Between two questions to one server; default 1.5 s.
        package var interval: Duration
        /// For one answer; default 1 s.
        package var timeout: Duration

        package init(
            patience: Duration = .seconds(1), interval: Duration = .milliseconds(1_500), timeout: Duration = .seconds(1)
        ) {
            self.patience = patience
            self.interval = interval
            self.timeout = timeout
        }
    }

    private struct Server {
        var memory: LoadMemory
        /// The probes that wait there, by number.
        var waiting: [UInt64: ProbeKey] = [:]
        var isAsked = false
        var askedAt: ContinuousClock.Instant?
    }
    /// Told the load of a server, and whose probes wait there; `nil` where it used to tell and does not answer. Must return
    /// at once.
    typealias Report = @Sendable (ServerLoad?, _ server: String, _ waiting: [ProbeKey]) -> Void

    /// The most servers that are remembered; beyond it those where nothing waits are forgotten.
    private static let mostServers = 4_096
    private static let bodyLimit = 1 << 20

    private let egress: Egress
    let settings: Settings
    private let servers = Mutex<[String: Server]>([:])

    init(egress: Egress, settings: Settings) {
        self.egress = egress
        self.settings = settings
    }

    /// Whether a probe's server may have something to say.
    func mayAsk(_ job: ProbeJob, at now: Duration) -> Bool {
        guard let server = job.server, job.target.dialect == .openAI else { return false }
        return servers.withLock { servers in servers[server].map { !$0.memory.questions(at: now).isEmpty } ?? true }
    }

    /// A probe waits at its server from now on.
    ///
    /// - Returns: whether the server is known to tell what it works on, so that it is to be asked at once: what moves while
    ///   the probe waits is seen. Any other is asked once the probe has waited.
    func enter(_ job: ProbeJob) -> Bool {
        guard let server = job.server else { return false }
        return servers.withLock { servers in
            if servers[server] == nil, servers.count >= Self.mostServers {
                servers = servers.filter { !$0.value.waiting.isEmpty }
            }
            servers[
                server, default: Server(memory: LoadMemory(isPublic: !Host(of: job.target.baseURL).isPrivate))
            ].waiting[job.number] = job.key
            return servers[server]?.memory.known?.isTelling ?? false
        }
    }

    /// The probe waits no more.
    func leave(_ job: ProbeJob) {
        guard let server = job.server else { return }
        servers.withLock { $0[server]?.waiting[job.number] = nil }
    }

    /// Asks the probe's server now and again, until the probe waits no more or the task is cancelled. The waits are real
    /// ones, like the probe's own deadline.
    func watch(_ job: ProbeJob, now: @Sendable () -> Duration, _ report: Report) async {
        guard let server = job.server else { return }
        while !Task.isCancelled, servers.withLock({ $0[server]?.waiting[job.number] != nil }) {
            await ask(server, job.target, now, report)
            do { try await Task.sleep(for: settings.interval) } catch { return }
        }
    }

    private func ask(_ server: String, _ target: ModelTarget, _ now: () -> Duration, _ report: Report) async {
        let clock = ContinuousClock.now
        let questions: [LoadQuestion] = servers.withLock { servers in
            guard let known = servers[server], !known.isAsked else { return [] }
            if let last = known.askedAt, clock - last < settings.interval / 2 { return [] }
            servers[server]?.isAsked = true
            servers[server]?.askedAt = clock
            return known.memory.questions(at: now())
        }
        guard !questions.isEmpty else { return }
        defer { servers.withLock { $0[server]?.isAsked = false } }
        for question in questions {
            guard let request = Self.request(question, target),
                let exchange = try? await TimedRequest(
                    request: request, timeout: settings.timeout, stallAfter: settings.timeout
                ).send(by: egress)
            else { return }
            guard exchange.failure == nil, let status = exchange.status else {
                let silent: [ProbeKey]? = servers.withLock { servers in
                    servers[server]?.memory.miss(question)
                    guard servers[server]?.memory.known?.isTelling == true else { return nil }
                    return servers[server]?.waiting.values.map { $0 }
                }
                if let silent { report(nil, server, silent) }
                continue
            }
            guard let reading = question.reading(status: status, body: exchange.body) else {
                servers.withLock { $0[server]?.memory.refuse(question, at: now()) }
                continue
            }
            let (load, waiting) = servers.withLock { servers in
                (servers[server]?.memory.take(reading, of: question), servers[server]?.waiting.values.map { $0 } ?? [])
            }
            if let load { report(load, server, waiting) }
            return
        }
    }

    /// With our key only where it is going anyway and nobody else listens: not to a server that is public.
    private static func request(_ question: LoadQuestion, _ target: ModelTarget) -> ProbeRequest? {
        guard var request = try? ProbeRequest(modelListOf: target, after: nil) else { return nil }
        request.bodyLimit = bodyLimit
        if question == .models { return request }
        var base = target.baseURL[...]
        while base.last == "/" { base.removeLast() }
        if let version = base.range(of: "/v1", from: base.startIndex) { base = base[..<version.lowerBound] }
        request.url = base + question.path
        request.headers.replaceOrAdd(name: "accept", value: "text/plain;version=0.0.4, application/json")
        if !Host(of: target.baseURL).isPrivate {
            request.headers = ["accept": "text/plain;version=0.0.4", "user-agent": "llm-health"]
            request.secrets = []
        }
        return request
    }
}

extension Substring {
    /// The last `/v1` that is a whole part of a URL's path.
    fileprivate func range(of part: String, from start: Index) -> Range<Index>? {
        var found: Range<Index>?
        var rest = self[start...]
        while let next = rest.firstRange(of: part) {
            if next.upperBound == endIndex || self[next.upperBound] == "/" { found = next }
            rest = rest[next.upperBound...]
        }
        return found
    }
}
