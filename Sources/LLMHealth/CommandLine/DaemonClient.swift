import AsyncHTTPClient
import HTTPGuard
package import Health
import NIOCore
import NIOHTTP1

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Asks a running daemon what it knows.
package struct DaemonClient: Sendable {
    package static let standardURL = "http://127.0.0.1:8790"
    /// Longer than any fleet.
    private static let largestAnswer = 64 << 20

    private let address: HTTPAddress
    /// Where the daemon is.
    package var url: String { address.text }
    private let token: Secret?
    private let timeout: Duration
    private let client: HTTPClient

    /// Runs `body` with a client, which is closed afterwards.
    ///
    /// - Throws: ``DaemonClientError`` for an address that is none, and whatever `body` throws.
    package static func with<Result: Sendable>(
        url: String, token: Secret?, timeout: Duration = .seconds(10),
        _ body: @Sendable (DaemonClient) async throws -> Result
    ) async throws -> Result {
        let address: HTTPAddress
        switch HTTPAddress.read(url) {
        case .success(let read): address = read
        case .failure(let problem): throw DaemonClientError(.usage, "--url \(problem.text)")
        }
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(3)
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.http1_1ConnectionDebugInitializer = { channel in
            AnswerGuard.install(on: channel, limits: .init(bytes: 1 << 30, inflatedBytes: 1 << 30, inflation: 2_000))
        }
        // A refused port is told at once instead of after the connect timeout.
        configuration.connectionPool.retryConnectionEstablishment = false
        return try await HTTPClient.withHTTPClient(configuration: configuration) { client in
            try await body(DaemonClient(address: address, token: token, timeout: timeout, client: client))
        }
    }

    /// The statuses of all models and the summary.
    package func report() async throws(DaemonClientError) -> FleetReport {
        let models = try decode([ModelHealthStatus].self, try await get("health/detailed"))
        let summary = try decode(HealthSummary.self, try await get("health/summary"))
        return FleetReport(summary: summary, models: models)
    }

    /// Why a model has its status, as the daemon's JSON.
    package func explanation(of id: ModelID) async throws(DaemonClientError) -> JSONValue {
        try decode(JSONValue.self, try await get("health/explain?modelId=\(Self.encoded(id.rawValue))"))
    }

    func get(_ path: String) async throws(DaemonClientError) -> ByteBuffer { try await send(.GET, path) }

    func send(_ method: HTTPMethod, _ path: String, body order: ByteBuffer? = nil)
        async throws(DaemonClientError) -> ByteBuffer
    {
        var request = HTTPClientRequest(url: "\(address.text)/api/llm-manager/\(path)")
        request.method = method
        if method != .GET { request.headers.add(name: "content-type", value: "application/json") }
        if let order { request.body = .bytes(order) }
        request.headers.add(name: "accept", value: "application/json, application/problem+json")
        request.headers.add(name: "user-agent", value: "llm-health")
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token.reveal())") }
        let body: ByteBuffer
        let status: HTTPResponseStatus
        do {
            let response = try await client.execute(request, timeout: .nanoseconds(Int64(timeout.seconds * 1e9)))
            status = response.status
            body = try await response.body.collect(upTo: Self.largestAnswer)
        } catch {
            throw DaemonClientError(
                .unreachable,
                "no daemon answers at \(address.text) (\(Self.cause(of: error))); start one with 'llm-health serve', "
                    + "or name another with --url")
        }
        guard ![.ok, .created, .noContent].contains(status) else { return body }
        throw refusal(status, body)
    }

    private func refusal(_ status: HTTPResponseStatus, _ body: ByteBuffer) -> DaemonClientError {
        let problem = try? HealthJSON.decoder().decode(JSONValue.self, from: Data(body.readableBytesView))
        let detail = problem?["detail"]?.string
        switch status {
        case .unauthorized:
            return DaemonClientError(
                .refused,
                token == nil
                    ? "the daemon wants a token; give it with --token or in LLM_HEALTH_TOKEN"
                    : "the daemon does not know this token; check --token and LLM_HEALTH_TOKEN")
        case .forbidden:
            return DaemonClientError(
                .refused, "this token does not allow it (\(detail ?? "403")); use one with the scope it needs")
        case .badRequest where detail != nil:
            return DaemonClientError(.usage, detail ?? "")
        case .notFound where problem?["title"] != nil:
            return DaemonClientError(.unknownModel, detail ?? "the daemon does not know this model")
        default:
            return DaemonClientError(
                .refused,
                detail ?? "\(address.text) answers with \(status.code), and not as llm-health does; check --url")
        }
    }

    func decode<Value: Decodable>(_ type: Value.Type, _ body: ByteBuffer) throws(DaemonClientError) -> Value {
        do {
            return try HealthJSON.decoder().decode(type, from: Data(body.readableBytesView))
        } catch {
            throw DaemonClientError(
                .refused,
                "what \(address.text) answers is not llm-health's; check --url and that both are of one version")
        }
    }

    private static func cause(of error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .connectTimeout || error == .deadlineExceeded:
            "no answer in time"
        case is HTTPClientError: "the connection failed"
        case let error as IOError where error.errnoCode == 111 || error.errnoCode == 61: "connection refused"
        case is IOError: "the connection failed"
        case is CancellationError: "interrupted"
        default: "host not found or unreachable"
        }
    }

    static func encoded(_ text: String) -> String {
        text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                result += "%" + (hex.count == 1 ? "0" : "") + hex
            }
        }
    }
}

/// Why a daemon could not be asked: one sentence that says what to do.
package struct DaemonClientError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable { case usage, unreachable, refused, unknownModel }

    package var kind: Kind
    package var message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }

    /// - Parameter known: those that the daemon watches.
    package static func unknownModel(_ id: ModelID, among known: [ModelID]) -> DaemonClientError {
        let hint = Spelling.hint(for: id.rawValue, among: known.map(\.rawValue))
        return DaemonClientError(.unknownModel, "no model '\(id)' is watched; \(hint)")
    }

    package var exit: CommandExit {
        switch kind {
        case .usage, .unknownModel: .usage
        case .unreachable, .refused: .unknown
        }
    }
}
