import Health
import Hummingbird
import Logging
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension HealthAPI {
    private struct Answer: Encodable {
        var results: [ProbeResult]
        var summary: HealthSummary
    }

    func probe(_ call: Call) async throws -> Response {
        let order = try ProbeOrder(try await call.body())
        let results: [ProbeResult]?
        do {
            results = try await slots.withSlot { try await dependencies.probe(order.modelID) }
        } catch let error as HealthCheckError {
            call.logger.warning("An immediate check could not be made", metadata: ["error": "\(error)"])
            throw Problem(error)
        }
        guard let results else {
            throw Problem.tooManyProbes(slots.limit, retryAfter: configuration.probeRetryAfter)
        }
        return try Reply.done(Answer(results: results, summary: dependencies.publisher.fleet.summary))
    }
}

/// What is to be probed.
struct ProbeOrder {
    /// `nil` for all.
    var modelID: ModelID?

    private struct Body: Decodable {
        var modelId: String?

        struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let object: KeyedDecodingContainer<Key>
            do {
                object = try decoder.container(keyedBy: Key.self)
            } catch {
                throw Problem.badBody(#"The body must be an object such as {"modelId":"gpt-4o"}."#)
            }
            if let key = object.allKeys.first(where: { $0.stringValue != "modelId" }) {
                throw Problem.badBody(
                    "There is no member \(Problem.quoted(key.stringValue)), only modelId.", field: key.stringValue)
            }
            do {
                modelId = try object.decodeIfPresent(String.self, forKey: Key(stringValue: "modelId"))
            } catch {
                throw Problem.badBody("modelId must be a string.", field: "modelId")
            }
        }
    }

    /// - Throws: ``Problem`` for anything but an object with at most a `modelId`; an empty body asks for all models.
    init(_ body: ByteBuffer) throws {
        guard body.readableBytes > 0 else { return }
        do {
            let decoded = try JSONDecoder().decode(Body.self, from: Data(body.readableBytesView))
            guard decoded.modelId != "" else {
                throw Problem.badBody("modelId is empty; leave it out to probe all models.", field: "modelId")
            }
            modelID = decoded.modelId.map { ModelID($0) }
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem.badBody("The body is no valid JSON.")
        }
    }
}

extension Call {
    /// Bytes of a body that are read at most.
    static let maximumBody = 64 * 1_024

    func body() async throws -> ByteBuffer {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Self.maximumBody {
            throw Problem.tooLarge
        }
        do {
            return try await request.body.collect(upTo: Self.maximumBody)
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge
        }
    }
}

extension Problem {
    fileprivate init(_ error: HealthCheckError) {
        switch error {
        case .unknownModel(let id): self = .unknownModel(id)
        // The causes beneath are for the log alone.
        case .probe(let error): self = .probeFailed(error.message, isRetryable: error.retryable)
        case .local(let error): self = .probeFailed("\(error.service.rawValue): \(error.message)", isRetryable: true)
        }
    }
}
