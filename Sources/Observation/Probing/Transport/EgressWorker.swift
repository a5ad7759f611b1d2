package import AsyncHTTPClient
import NIOCore

/// One event loop with connections of its own: a request, its answer and whoever waits for it stay on one thread.
///
/// Across two loops an answer that ends with its connection may be read before the client has noted that its own request
/// is sent, and it then calls the answer broken.
package struct EgressWorker: Sendable {
    let loop: any EventLoop
    /// Runs tasks where their answers are read.
    package let executor: EventLoopExecutor
    /// For hosts that need no proxy.
    package let direct: HTTPClient
    private let https: HTTPClient?
    private let http: HTTPClient?

    /// - Parameters:
    ///   - https: for requests to `https://` that go through a proxy; `nil` where none is configured.
    ///   - http: the same for `http://`.
    init(_ loop: any EventLoop, direct: HTTPClient, https: HTTPClient?, http: HTTPClient?) {
        self.loop = loop
        executor = EventLoopExecutor(loop)
        self.direct = direct
        self.https = https
        self.http = http
    }

    /// The client that goes through the proxy of a scheme, or the direct one.
    func proxied(_ scheme: String) -> HTTPClient { (scheme == "https" ? https : http) ?? direct }

    var clients: [HTTPClient] { [direct, https, http].compactMap { $0 } }
}
