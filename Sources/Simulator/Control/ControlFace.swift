import HTTPTypes
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The way from the control port to the simulator, which is complete only after its ports are made.
final class ControlRelay: Sendable {
    private struct Link: Sendable { weak var simulator: LLMSimulator? }
    private let link = Mutex(Link())

    var simulator: LLMSimulator? { link.withLock(\.simulator) }

    func attach(_ simulator: LLMSimulator) { link.withLock { $0.simulator = simulator } }
}

/// The HTTP control API under `/_sim/`: models, behaviours, memory, listening ports, and the requests that were seen.
struct ControlFace: FaceResponder {
    let relay: ControlRelay

    func reply(to incoming: Incoming) async throws -> Reply {
        guard let simulator = relay.simulator else { return Self.problem("the simulator is stopping", status: 503) }
        do {
            return try await answer(incoming, simulator)
        } catch let error as SimulatorError {
            return Self.problem(error.description, status: 404)
        } catch let error as BadCall {
            return Self.problem(error.message, status: error.status)
        } catch let error as DecodingError {
            return Self.problem(DecodingProblem(error).description, status: 400)
        }
    }

    private struct BadCall: Error {
        var message: String
        var status = 400
    }

    private func answer(_ incoming: Incoming, _ simulator: LLMSimulator) async throws -> Reply {
        switch (incoming.method, incoming.path) {
        case ("GET", "/_sim"), ("GET", "/_sim/faces"):
            return try Self.json(Face.allCases.map { FaceReport($0, simulator) })
        case ("GET", "/_sim/models"):
            let faces = try incoming.query("face").map { [try Self.face(named: $0)] } ?? Face.allCases
            return try Self.json(faces.flatMap { simulator.models(on: $0) }.map(ModelReport.init))
        case ("POST", "/_sim/models"):
            try simulator.add(try Self.decode(SimulatedModel.self, incoming))
            return Self.done
        case ("DELETE", "/_sim/models"):
            let place = try place(incoming, simulator)
            try simulator.remove(place.model, from: place.face)
            return Self.done
        case ("PUT", "/_sim/models/behavior"):
            let place = try place(incoming, simulator)
            try simulator.set(place.model, try Self.decode(Behavior.self, incoming), on: place.face)
            return Self.done
        case ("DELETE", "/_sim/models/behavior"):
            let place = try place(incoming, simulator)
            try simulator.reset(place.model, on: place.face)
            return Self.done
        case ("POST", "/_sim/loaded"):
            let place = try place(incoming, simulator)
            let isLoaded = try Self.flag("loaded", incoming)
            try simulator.setLoaded(isLoaded, place.model, on: place.face)
            return Self.done
        case ("PUT", "/_sim/faces/behavior"):
            simulator.set(try Self.face(incoming), try Self.decode(Behavior.self, incoming))
            return Self.done
        case ("DELETE", "/_sim/faces/behavior"):
            simulator.set(try Self.face(incoming), nil)
            return Self.done
        case ("POST", "/_sim/faces/listening"):
            let face = try Self.face(incoming)
            if try Self.flag("listening", incoming) {
                try await simulator.start(face)
            } else {
                await simulator.stop(face)
            }
            return Self.done
        case ("PUT", "/_sim/sites"):
            simulator.set(site: try Self.text("site", incoming), try Self.decode(Behavior.self, incoming))
            return Self.done
        case ("DELETE", "/_sim/sites"):
            simulator.set(site: try Self.text("site", incoming), nil)
            return Self.done
        case ("POST", "/_sim/reset"):
            try await simulator.resetAll()
            return Self.done
        case ("GET", "/_sim/requests"): return try requests(incoming, simulator)
        case ("DELETE", "/_sim/requests"):
            simulator.clearRequests()
            return Self.done
        default:
            throw BadCall(
                message: "there is no \(incoming.method) \(incoming.path); see docs/simulator.md for the control API",
                status: 404)
        }
    }

    private func requests(_ incoming: Incoming, _ simulator: LLMSimulator) throws -> Reply {
        let since = try incoming.query("since").map { text in
            guard let number = Int(text), number >= 0 else {
                throw BadCall(message: "since: '\(text)' is no request number")
            }
            return number
        }
        let face = try incoming.query("face").map(Self.face(named:))
        let counts = simulator.requestCounts
        return try Self.json(
            RequestReport(
                requests: simulator.requests(since: since ?? 0, on: face, model: incoming.query("model")),
                seen: counts.seen, overwritten: counts.overwritten))
    }

    /// The model and the face that a call is about. The face may be left out where only one has the model.
    private func place(_ incoming: Incoming, _ simulator: LLMSimulator) throws -> (model: String, face: Face) {
        let model = try Self.text("model", incoming)
        if let name = incoming.query("face") { return (model, try Self.face(named: name)) }
        let faces = simulator.catalog.faces(having: model)
        guard let face = faces.first else { throw BadCall(message: "no face has a model '\(model)'", status: 404) }
        guard faces.count == 1 else {
            throw BadCall(
                message: "'\(model)' is on several faces (\(faces.map(\.rawValue).joined(separator: ", "))); add face=")
        }
        return (model, face)
    }

    private static func text(_ name: String, _ incoming: Incoming) throws -> String {
        guard let text = incoming.query(name), !text.isEmpty else {
            throw BadCall(message: "the query parameter '\(name)' is missing")
        }
        return text
    }

    private static func flag(_ name: String, _ incoming: Incoming) throws -> Bool {
        switch try text(name, incoming) {
        case "true": return true
        case "false": return false
        case let other: throw BadCall(message: "\(name): '\(other)' is neither true nor false")
        }
    }

    private static func face(_ incoming: Incoming) throws -> Face { try face(named: try text("face", incoming)) }

    private static func face(named name: String) throws -> Face {
        guard let face = Face(rawValue: name) else {
            throw BadCall(
                message: "face: '\(name)' is unknown (known: \(Face.allCases.map(\.rawValue).joined(separator: ", ")))")
        }
        return face
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ incoming: Incoming) throws -> Value {
        try JSONDecoder().decode(type, from: Data(incoming.body))
    }

    private static func json(_ value: some Encodable) throws -> Reply {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return Reply(headers: [.contentType: "application/json"], body: .whole(Array(try encoder.encode(value))))
    }

    private static let done = Reply(status: 204, body: .whole([]))

    private static func problem(_ message: String, status: Int) -> Reply {
        .json(["error": .string(message)], status: status)
    }
}
