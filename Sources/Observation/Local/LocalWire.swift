import AsyncHTTPClient
import Health
import NIOCore
import NIOHTTP1

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The paths a runtime may be asked while it is polled.
///
/// There is no other request: no method but GET, no body, no parameter. So nothing that loads, evicts or extends a
/// model can be sent, whatever a reader does.
protocol LocalQuestion: RawRepresentable<String>, CaseIterable, Sendable {}

/// Asks one runtime, within a time.
struct LocalWire: Sendable {
    /// A list of a thousand models has less than 1 MiB.
    static let maximumBody = 8 << 20

    let endpoint: LocalEndpoint
    /// Pools connections; must not follow redirects.
    let client: HTTPClient
    let timekeeper: Timekeeper
    /// For the whole exchange, from connecting to the last byte.
    let timeout: Duration

    func ask(_ question: some LocalQuestion) async -> Result<LocalAnswer, LocalWireError> {
        let path = question.rawValue
        // A client that is called by a cancelled task may still connect.
        guard !Task.isCancelled else { return .failure(LocalWireError(.transport(.cancelled), path: path)) }
        let answer = await bounded(by: timeout, on: timekeeper) {
            let first = await exchange(path)
            // Two failures may not be this question's: a server may close an idle connection just as we use it, and the
            // client fails whatever waits when any attempt to connect fails, one left over from an earlier question too.
            guard case .failure(let error) = first, error.isClosed || error.isRefused, !Task.isCancelled else {
                return first
            }
            return await exchange(path)
        }
        return answer ?? .failure(LocalWireError(.transport(Task.isCancelled ? .cancelled : .deadline), path: path))
    }

    private func exchange(_ path: String) async -> Result<LocalAnswer, LocalWireError> {
        var request = HTTPClientRequest(url: endpoint.url + path)
        request.method = .GET
        request.headers.add(name: "Accept", value: "application/json, text/plain")
        request.headers.add(name: "User-Agent", value: "llm-health")
        if let token = endpoint.token {
            request.headers.add(name: "Authorization", value: "Bearer \(token.reveal())")
        }
        do {
            // The deadline is ours, above: it also covers the body, and counts on the clock that tests own.
            let response = try await client.execute(request, deadline: .distantFuture)
            guard response.history.count <= 1, !(300..<400).contains(response.status.code) else {
                return .failure(
                    LocalWireError(.redirected(to: response.headers.first(name: "Location")), path: path))
            }
            let body = try await response.body.collect(upTo: Self.maximumBody)
            return .success(
                LocalAnswer(
                    path: path, status: Int(response.status.code), body: Data(body.readableBytesView),
                    date: response.headers.first(name: "Date").flatMap { HTTPTime.date($0, now: timekeeper.now.wall) }))
        } catch {
            return .failure(LocalWireError(error, path: path))
        }
    }
}

/// A runtime's answer to a question.
struct LocalAnswer: Sendable {
    var path: String
    var status: Int
    var body: Data
    /// The runtime's own clock, to a second.
    var date: Date?

    /// The body, if it is JSON.
    var json: JSONValue? { try? JSONDecoder().decode(JSONValue.self, from: body) }

    /// The body as text, cut to a length that fits a sentence.
    var excerpt: String {
        let text = String(decoding: body.prefix(200), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// What the runtime gives as the error: a string (Ollama, LM Studio's unknown endpoint) or an object.
    var errorText: String? {
        let error = json?["error"]
        return error?.string ?? error?["message"]?.string
    }
}

/// Runs the work, and leaves it when the time is up (`nil`) or the task is cancelled.
func bounded<Value: Sendable>(
    by limit: Duration, on timekeeper: Timekeeper, _ work: @escaping @Sendable () async -> Value
) async -> Value? {
    await withTaskGroup(of: Value?.self) { group in
        group.addTask { await work() }
        group.addTask {
            try? await timekeeper.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        return await group.next() ?? nil
    }
}
