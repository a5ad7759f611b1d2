import HTTPTypes
import Hummingbird

/// Where the gateway sends requests: over HTTP to a custom host, otherwise to the simulator's own face of the provider.
struct UpstreamDirectory: Sendable {
    let faces: [Face: any FaceResponder]
    let catalog: ModelCatalog
    let log: RequestLog
    let client: UpstreamClient

    /// Sends a request and returns when the head of the answer is there. Throws ``UpstreamFailure`` when there is none.
    func send(_ request: UpstreamRequest) async throws -> Reply {
        if let host = request.customHost {
            return try await client.send(request.method, host + request.path, request.headers, request.body)
        }
        let face: Face =
            switch request.provider {
            case "anthropic": .anthropic
            case "ollama": .ollama
            default: .openAI
            }
        return try await ask(face, request)
    }

    private func ask(_ face: Face, _ request: UpstreamRequest) async throws -> Reply {
        if catalog.isStopped(face) { throw UpstreamFailure.refused(catalog.address(of: face)) }
        guard let responder = faces[face] else { throw UpstreamFailure.closed }
        let prefix = face == .ollama ? "" : "/v1"
        var incoming = Incoming(
            method: request.method, target: prefix + request.path, headers: request.headers, body: request.body,
            isFromGateway: true)
        incoming.number = log.arrived(incoming, on: face)
        let number = incoming.number
        do {
            var reply = try await responder.reply(to: incoming)
            guard case .stream(let length, let produce) = reply.body else {
                log.ended(number, status: reply.status, .answered)
                return reply
            }
            // A stream's request ends with the stream.
            reply.body = .stream(length: length) { [log, status = reply.status] writer in
                do {
                    try await produce(&writer)
                    log.ended(number, status: status, .answered)
                } catch {
                    log.ended(number, status: status, error is ConnectionDrop ? .dropped : .abandoned)
                    throw error
                }
            }
            return reply
        } catch let drop as ConnectionDrop {
            log.ended(number, status: nil, .dropped)
            throw UpstreamFailure(drop, address: catalog.address(of: face))
        } catch {
            log.ended(number, status: nil, .abandoned)
            throw error
        }
    }
}

/// A request as the gateway sends it on.
struct UpstreamRequest: Sendable {
    var provider: String
    /// The base URL; nil = the simulator's own face.
    var customHost: String?
    var method: String
    /// Below the base URL, with the query.
    var path: String
    var headers: HTTPFields
    var body: [UInt8]
}
