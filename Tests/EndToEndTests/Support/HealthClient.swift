import AsyncHTTPClient
import Foundation
import Health
import NIOCore
import NIOHTTP1

/// The API of a running daemon.
struct HealthClient: Sendable {
    struct Answer: Sendable {
        var status: Int
        var headers: [String]
        var body: String
    }

    /// `http://127.0.0.1:PORT`.
    var url: String
    var token: String?

    static let base = "/api/llm-manager/"

    // Lives as long as the process.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    func get(_ path: String) async throws -> Answer { try await send("GET", path) }

    func post(_ path: String, _ body: String) async throws -> Answer { try await send("POST", path, body) }

    private func send(_ method: String, _ path: String, _ body: String? = nil) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = .init(rawValue: method)
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response = try await Self.client.execute(request, timeout: .seconds(30))
        let answer = try await response.body.collect(upTo: 64 << 20)
        return Answer(
            status: Int(response.status.code), headers: response.headers.map { "\($0): \($1)" },
            body: String(buffer: answer))
    }

    func models() async throws -> [ModelHealthStatus] { try await decode("health/detailed") }
    func summary() async throws -> HealthSummary { try await decode("health/summary") }

    func model(_ id: String) async throws -> ModelHealthStatus? {
        try await models().first { $0.modelId.rawValue == id }
    }

    /// The model as soon as it fits, looked at ten times a second.
    func model(
        _ id: String, within limit: Duration, _ what: String, where fits: (ModelHealthStatus) -> Bool
    ) async throws -> ModelHealthStatus {
        var last: ModelHealthStatus?
        return try await eventually(
            "\(id) \(what)", within: limit, every: .milliseconds(100),
            seen: {
                last.map { "\($0.status.rawValue), \($0.reasons.map { "\($0.code): \($0.message)" })" } ?? "nothing"
            }
        ) {
            last = try await model(id)
            return last.flatMap { fits($0) ? $0 : nil }
        }
    }

    private func decode<Value: Decodable>(_ path: String) async throws -> Value {
        let answer = try await get(Self.base + path)
        return try HealthJSON.decoder().decode(Value.self, from: Data(answer.body.utf8))
    }
}
