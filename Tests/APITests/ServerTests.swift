import HTTPTypes
import Health
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

@testable import API

@Suite("Listening", .timeLimit(.minutes(5)))
struct ServerTests {
    /// Runs an API on a free port while `body` runs.
    private func serve(
        _ fixture: Fixture, host: String = "127.0.0.1", _ body: @Sendable (_ port: Int) async throws -> Void
    ) async throws {
        let (ports, source) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let server = APIServer(fixture.api, logger: Fixture.logger()) { port in
            source.yield(port)
            source.finish()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { source.finish() }
                try await server.run()
            }
            let port = try #require(await ports.first { _ in true })
            try await body(port)
            group.cancelAll()
            // What it says of being cancelled is no matter here.
            _ = await group.nextResult()
        }
    }

    private func ask(
        _ port: Int, _ uri: String, method: HTTPRequest.Method = .get, authority: String = "127.0.0.1",
        headers: HTTPFields = [:], body: ByteBuffer? = nil
    ) async throws -> TestClient.Response {
        let client = TestClient(host: "127.0.0.1", port: port, configuration: .init(timeout: .seconds(10)))
        client.connect()
        let response: TestClient.Response
        do {
            response = try await client.execute(
                TestClient.Request(uri, method: method, authority: authority, headers: headers, body: body))
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
        return response
    }

    @Test func `the port that was found is told and answers`() async throws {
        try await serve(Fixture()) { port in
            #expect(port > 0)
            let response = try await ask(port, "/api/llm-manager/health/summary")
            #expect(response.status == .ok)
            #expect(response.headers[.server] == nil)
            #expect(response.headers[.date] != nil)
        }
    }

    @Test func `a port in use is told as that`() async throws {
        try await serve(Fixture()) { port in
            let second = Fixture(configuration: APIConfiguration(port: port))
            let error = await #expect(throws: ListenError.self) {
                try await APIServer(second.api, logger: Fixture.logger()).run()
            }
            #expect(error?.reason == .portInUse)
            #expect(
                error?.description
                    == "port \(port) on 127.0.0.1 is in use by another program: end that one, or set server.port to "
                    + "another")
        }
    }

    @Test(arguments: ["192.0.2.1", "no.such.host.invalid"])
    func `an address that is not this machine's is told as that`(host: String) async throws {
        let fixture = Fixture(configuration: APIConfiguration(host: host, port: 0))
        let error = await #expect(throws: ListenError.self) {
            try await APIServer(fixture.api, logger: Fixture.logger()).run()
        }
        #expect(error?.reason == .noSuchAddress)
        #expect(error?.description == "server.host '\(host)' is no address of this machine")
    }

    @Test(
        arguments: [
            ("127.0.0.1", 200), ("localhost:99", 200), ("evil.example", 421), ("127.0.0.1.nip.io", 421),
            ("10.0.0.1", 421),
        ] as [(String, Int)])
    func `a name that a page could have had resolved to this machine is refused`(authority: String, status: Int)
        async throws
    {
        try await serve(Fixture()) { port in
            for path in ["/livez", "/", "/api/llm-manager/health/detailed", "/nowhere"] {
                let response = try await ask(port, path, authority: authority)
                #expect(response.status.code == (status == 200 && path == "/nowhere" ? 404 : status))
                #expect(response.headers[.xContentTypeOptions] == "nosniff")
            }
        }
    }

    @Test func `a second host is refused`() async throws {
        try await serve(Fixture()) { port in
            let name = try #require(HTTPField.Name("Host"))
            let response = try await ask(port, "/livez", headers: [name: "evil.example"])
            #expect(response.status == .badRequest)
        }
    }

    @Test func `a body beyond the limit is refused and the next request answered`() async throws {
        let fixture = Fixture(probe: { _ throws(HealthCheckError) in [] })
        try await serve(fixture) { port in
            let client = TestClient(host: "127.0.0.1", port: port, configuration: .init(timeout: .seconds(10)))
            client.connect()
            let large = try await client.execute(
                TestClient.Request(
                    "/api/llm-manager/health/probe", method: .post, authority: "127.0.0.1",
                    headers: [.contentType: "application/json", .connection: "keep-alive"],
                    body: ByteBuffer(repeating: UInt8(ascii: " "), count: 1_000_000)))
            #expect(large.status == .contentTooLarge)
            let next = try await client.execute(
                TestClient.Request("/livez", method: .get, authority: "127.0.0.1", headers: [.connection: "keep-alive"])
            )
            #expect(next.status == .ok)
            try await client.shutdown()
        }
    }

    @Test func `many readers get the same while the fleet changes`() async throws {
        let fixture = Fixture()
        try await serve(fixture) { port in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        for _ in 0..<20 {
                            let response = try await ask(port, "/api/llm-manager/health/detailed")
                            #expect(response.status == .ok)
                        }
                    }
                }
                for number in 0..<50 {
                    var models = Fixture.models
                    models[0].consecutiveFailures = number
                    fixture.publish(models)
                    await Task.yield()
                }
                try await group.waitForAll()
            }
        }
    }
}
