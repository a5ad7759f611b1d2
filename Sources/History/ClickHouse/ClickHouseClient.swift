import AsyncHTTPClient
import Basics
import Dispatch
import HTTPGuard
import Health
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOSSL
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Statements for ClickHouse over its HTTP interface, one exchange each.
///
/// Values are bound (`{name:Type}`), never written into the statement. Errors are read from the status, from the
/// exception's header, and from the end of a body that had begun well.
struct ClickHouseClient: Sendable {
    let configuration: ClickHouseConfiguration
    private let http: HTTPClient

    /// More than any answer of ours has.
    private static let largestAnswer = 256 << 20

    init(_ configuration: ClickHouseConfiguration) throws(StoreOpenError) {
        self.configuration = configuration
        guard let url = URL(string: configuration.url), let scheme = url.scheme, ["http", "https"].contains(scheme),
            url.host?.isEmpty == false
        else {
            throw StoreOpenError(
                path: "history.clickhouse.url", problem: "'\(configuration.url)' is no address",
                advice: "write one such as http://127.0.0.1:8123")
        }
        var tls = TLSConfiguration.makeClientConfiguration()
        if let file = configuration.certificateAuthority {
            do {
                tls.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(file))]
            } catch {
                throw StoreOpenError(
                    path: file, problem: "it holds no certificates in PEM format",
                    advice: "name the file of the authority that signed ClickHouse's certificate")
            }
        }
        var settings = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .nanoseconds(min(configuration.timeout, .seconds(5)).nanoseconds)),
            decompression: .enabled(limit: .ratio(1_000)))
        settings.httpVersion = .http1Only
        settings.connectionPool.retryConnectionEstablishment = false
        settings.http1_1ConnectionDebugInitializer = { channel in
            // Answers are large here, and the client unpacks them itself.
            AnswerGuard.install(on: channel, limits: .init(bytes: 2 * Self.largestAnswer), inflates: false)
        }
        // On one loop: across two, an answer after which the server closes may come before the client has noted that
        // its own request is sent, and it then calls the answer broken.
        http = HTTPClient(
            eventLoopGroupProvider: .shared(HTTPClient.defaultEventLoopGroup.next()), configuration: settings)
    }

    /// Where it is, for people: without user and password.
    var place: String { configuration.url }

    /// Closes all connections, some time soon.
    func close() { http.shutdown(queue: .global()) { _ in } }

    /// Runs a statement.
    ///
    /// - Parameters:
    ///   - parameters: by name; text, numbers in decimal.
    ///   - settings: ClickHouse's own, by name.
    /// - Returns: the answer's body, in the format that the statement asks for.
    @discardableResult
    func run(
        _ statement: String, _ parameters: [(String, String)] = [], settings: [(String, String)] = [],
        database: String? = nil
    ) async throws(ClickHouseError) -> ByteBuffer {
        try await exchange(
            ByteBuffer(string: statement), parameters, [("wait_end_of_query", "1")] + settings,
            database: database ?? configuration.database)
    }

    /// Inserts rows that are already in `RowBinary`.
    ///
    /// - Parameter token: the same for the same rows, so that rows sent again are not stored again.
    func insert(_ rows: ByteBuffer, into table: String, columns: String, token: String) async throws(ClickHouseError) {
        let statement = "INSERT INTO \(table) (\(columns)) FORMAT RowBinary"
        let settings = [
            ("query", statement), ("insert_deduplicate", "1"), ("insert_deduplication_token", token),
            ("deduplicate_blocks_in_dependent_materialized_views", "1"),
        ]
        try await exchange(rows, [], settings, database: configuration.database)
    }

    @discardableResult
    private func exchange(
        _ body: ByteBuffer, _ parameters: [(String, String)], _ settings: [(String, String)], database: String
    ) async throws(ClickHouseError) -> ByteBuffer {
        var query = settings + parameters.map { ("param_" + $0, Self.escaped($1)) }
        if !database.isEmpty { query.append(("database", database)) }
        query.append(("enable_http_compression", "1"))
        let separator = configuration.url.contains("?") ? "&" : "?"
        let base =
            configuration.url.contains("?") || configuration.url.hasSuffix("/")
            ? configuration.url : configuration.url + "/"
        var request = HTTPClientRequest(
            url: base + separator + query.map { "\($0)=\(PercentEncoding.encoded($1))" }.joined(separator: "&"))
        request.method = .POST
        request.headers.add(name: "X-ClickHouse-User", value: configuration.user)
        if let password = configuration.password {
            request.headers.add(name: "X-ClickHouse-Key", value: password.reveal())
        }
        if configuration.compresses, body.readableBytes > 1_024, let small = Gzip.compress(body) {
            request.headers.add(name: "Content-Encoding", value: "gzip")
            request.body = .bytes(small)
        } else {
            request.body = .bytes(body)
        }
        do {
            let response = try await http.execute(
                request, timeout: .nanoseconds(configuration.timeout.nanoseconds))
            let answer = try await response.body.collect(upTo: Self.largestAnswer)
            try check(response, answer)
            return answer
        } catch let error as ClickHouseError {
            throw error
        } catch is CancellationError {
            throw ClickHouseError(kind: .cancelled, message: "")
        } catch {
            if Task.isCancelled { throw ClickHouseError(kind: .cancelled, message: "") }
            throw ClickHouseError(kind: .unreachable, message: redacted("\(error)"))
        }
    }

    private func check(_ response: HTTPClientResponse, _ answer: ByteBuffer) throws(ClickHouseError) {
        let header = response.headers.first(name: "X-ClickHouse-Exception-Code").flatMap { Int($0) }
        if response.status == .ok, header == nil {
            // An error after the answer had begun stands at its end.
            let end = answer.readableBytes
            let tail = answer.getSlice(at: answer.readerIndex + max(0, end - 2_048), length: min(end, 2_048))
            guard let tail, tail.readableBytesView.contains(Self.marker) else { return }
            let text = String(decoding: tail.readableBytesView, as: UTF8.self)
            throw ClickHouseError(
                kind: .exception(ClickHouseError.code(in: text) ?? 0), message: redacted(text.cut(toBytes: 300)))
        }
        let text = String(decoding: answer.readableBytesView.prefix(4_096), as: UTF8.self)
        guard let code = header ?? ClickHouseError.code(in: text) else {
            throw ClickHouseError(
                kind: .foreign(status: UInt(response.status.code)), message: redacted(text.cut(toBytes: 120)))
        }
        throw ClickHouseError(kind: .exception(code), message: redacted(text.cut(toBytes: 300)))
    }

    private static let marker = Array("__exception__".utf8)

    /// No answer that echoes the password is told to anybody.
    private func redacted(_ text: String) -> String { configuration.password?.redact(text) ?? text }

    /// A parameter's value as `TabSeparated` has it.
    static func escaped(_ value: String) -> String {
        var result = ""
        result.reserveCapacity(value.utf8.count)
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\t": result += "\\t"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\0": result += "\\0"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
