import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

@testable import Simulator

/// A plain HTTP client that shows an answer as it came.
struct TestClient: Sendable {
    let client: HTTPClient

    struct Answer: Sendable {
        var status: Int
        /// Names in lower case.
        var headers: [String: String]
        var body: String

        /// The body as JSON; null when it is none.
        var json: JSON { (try? JSON(parsing: body)) ?? .null }

        /// The data of each Server-Sent Event.
        var events: [String] {
            body.split(separator: "\n").filter { $0.hasPrefix("data: ") }.map { String($0.dropFirst("data: ".count)) }
        }
    }

    func get(_ url: String, _ headers: [String: String] = [:]) async throws -> Answer {
        try await send("GET", url, headers)
    }

    func post(_ url: String, _ body: JSON, _ headers: [String: String] = [:]) async throws -> Answer {
        try await send("POST", url, ["content-type": "application/json"].merging(headers) { $1 }, body.text)
    }

    func send(
        _ method: String, _ url: String, _ headers: [String: String] = [:], _ body: String = ""
    ) async throws -> Answer {
        let response = try await open(method, url, headers, body)
        var text = ""
        for try await part in response.body { text += String(buffer: part) }
        var fields: [String: String] = [:]
        for header in response.headers { fields[header.name.lowercased()] = header.value }
        return Answer(status: Int(response.status.code), headers: fields, body: text)
    }

    /// Sends a request and returns when the head of the answer is there.
    func open(
        _ method: String, _ url: String, _ headers: [String: String] = [:], _ body: String = ""
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if !body.isEmpty { request.body = .bytes(ByteBuffer(string: body)) }
        return try await client.execute(request, timeout: .seconds(30))
    }
}

/// Runs a test with a simulator and a client for it, both gone afterwards.
func withPeer<Result: Sendable>(
    _ configuration: SimulatorConfiguration = SimulatorConfiguration(),
    clock: SimulatorClock = SimulatorClock(ContinuousClock()),
    _ body: (LLMSimulator, TestClient) async throws -> Result
) async throws -> Result {
    var settings = HTTPClient.Configuration()
    settings.connectionPool.retryConnectionEstablishment = false
    settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
    let client = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: settings)
    do {
        let result = try await withSimulator(configuration, clock: clock) { simulator in
            try await body(simulator, TestClient(client: client))
        }
        try await client.shutdown()
        return result
    } catch {
        try await client.shutdown()
        throw error
    }
}

/// A chat request with a cap of 16 tokens.
func chat(_ model: String, stream: Bool = false) -> JSON {
    var body: JSON = [
        "model": .string(model), "max_tokens": 16, "messages": [["role": "user", "content": "ping"]],
    ]
    if stream { body["stream"] = true }
    return body
}
