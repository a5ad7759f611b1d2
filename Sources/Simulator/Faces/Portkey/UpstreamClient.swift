import AsyncHTTPClient
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The gateway's HTTP connections to custom hosts. It opens none before the first request.
final class UpstreamClient: Sendable {
    private let state = Mutex(State.unused)

    private enum State {
        case unused
        case used(HTTPClient)
        case closed
    }

    /// The simulator is stopping; nothing can be sent any more.
    struct Closed: Error {}

    private func client() throws -> HTTPClient {
        try state.withLock { state in
            switch state {
            case .used(let client): return client
            case .closed: throw Closed()
            case .unused:
                var configuration = HTTPClient.Configuration()
                // A refused port has to be reported at once, not tried until the connect timeout.
                configuration.connectionPool.retryConnectionEstablishment = false
                configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
                configuration.timeout.connect = .seconds(10)
                configuration.redirectConfiguration = .disallow
                configuration.httpVersion = .http1Only
                // On one loop: across two, an upstream that closes with its answer may seem to have broken it off.
                let client = HTTPClient(
                    eventLoopGroup: MultiThreadedEventLoopGroup.singleton.next(), configuration: configuration)
                state = .used(client)
                return client
            }
        }
    }

    /// Closes all connections; requests under way fail.
    func shutDown() async {
        let state = state.withLock { state in
            defer { state = .closed }
            return state
        }
        // What cannot be closed cleanly at the very end is gone with the process.
        if case .used(let client) = state { try? await client.shutdown() }
    }

    /// Sends a request and returns when the head of the answer is there. Throws ``UpstreamFailure``.
    func send(_ method: String, _ url: String, _ headers: HTTPFields, _ body: [UInt8]) async throws -> Reply {
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: method)
        for field in headers { request.headers.add(name: field.name.rawName, value: field.value) }
        if !body.isEmpty { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response: HTTPClientResponse
        do {
            // The gateway has no deadline of its own but the one that a request asks for.
            response = try await client().execute(request, timeout: .hours(24))
        } catch {
            throw UpstreamFailure(error, address: Self.address(of: url))
        }
        var fields = HTTPFields()
        for header in response.headers {
            guard let name = HTTPField.Name(header.name) else { continue }
            fields.append(HTTPField(name: name, value: header.value))
        }
        let parts = response.body
        return Reply(
            status: Int(response.status.code), headers: fields,
            body: .stream(length: nil) { writer in
                do {
                    for try await part in parts { try await writer.write(part) }
                } catch is CancellationError {
                    throw CancellationError()
                } catch {
                    throw ConnectionDrop(.closed)
                }
            })
    }

    /// Host and port of a URL, as Node names them in its errors.
    static func address(of url: String) -> String {
        let isSecure = url.hasPrefix("https://")
        let authority = String(url.dropFirst(isSecure ? 8 : 7).prefix { $0 != "/" && $0 != "?" })
        let hasPort = authority.split(separator: "]").last?.contains(":") ?? false
        return hasPort ? authority : "\(authority):\(isSecure ? 443 : 80)"
    }
}
