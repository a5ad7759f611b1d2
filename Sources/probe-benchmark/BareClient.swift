import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// The HTTP client alone: the same request, its answer thrown away.
final class BareClient: Sendable {
    private let url: String
    private let client: HTTPClient
    private let loop: any EventLoop
    private let done = Atomic(0)

    init(url: String) {
        self.url = url
        loop = HTTPClient.defaultEventLoopGroup.next()
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.httpVersion = .http1Only
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        client = HTTPClient(eventLoopGroupProvider: .shared(loop), configuration: settings)
    }

    /// - Parameter rate: requests a second; `nil` for as many as come back, 64 at a time.
    func measure(rate: Int?, for duration: Duration) async throws -> (milliseconds: Double, perSecond: Double) {
        let request = try HTTPClient.Request(
            url: url + "/v1/chat/completions", method: .POST,
            headers: ["content-type": "application/json", "authorization": "Bearer sk-benchmark-0123456789"],
            body: .string(
                #"{"max_tokens":1,"messages":[{"content":"Reply pong","role":"user"}],"model":"gpt-4o-mini"}"#))
        let end = ContinuousClock.now + duration
        let usage = Usage.now()
        if let rate {
            let pace = loop.scheduleRepeatedTask(
                initialDelay: .zero, delay: .nanoseconds(Int64(1_000_000_000 / rate))
            ) { _ in
                self.client.execute(request: request, delegate: Ignoring()).futureResult.whenComplete { _ in
                    self.done.add(1, ordering: .relaxed)
                }
            }
            try await Task.sleep(until: end)
            pace.cancel()
        } else {
            await withDiscardingTaskGroup { group in
                for _ in 0..<64 {
                    group.addTask {
                        while ContinuousClock.now < end {
                            _ = try? await self.client.execute(request: request, delegate: Ignoring()).get()
                            self.done.add(1, ordering: .relaxed)
                        }
                    }
                }
            }
        }
        let report = usage.report(done.load(ordering: .relaxed))
        try await client.shutdown()
        return report
    }

    private final class Ignoring: HTTPClientResponseDelegate, Sendable {
        typealias Response = Void
        func didFinishRequest(task: HTTPClient.Task<Void>) throws {}
    }
}
