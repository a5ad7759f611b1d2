import Basics
import Health
import NIOCore
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Makes each model's JSON once, for whoever shows it: REST, the live stream and its events.
final class FleetEncoder: Sendable {
    /// A model, and its JSON.
    struct Piece: Sendable {
        var model: ModelHealthStatus
        var json: ByteBuffer
        var hash: UInt64
    }

    private struct State {
        var pieces: [ModelID: Piece] = [:]
        /// How many models were encoded since the start; tests look at it.
        var encodings = 0
    }
    private let state = Mutex(State())

    /// A model as it is, from memory where it was encoded before.
    func encode(_ model: ModelHealthStatus) throws -> Piece {
        if let known = state.withLock({ $0.pieces[model.modelId] }), known.model == model { return known }
        let json = ByteBuffer(bytes: try HealthJSON.encoder().encode(model.finite))
        let piece = Piece(model: model, json: json, hash: FNV1a.hash(of: json.readableBytesView))
        state.withLock { state in
            state.encodings += 1
            state.pieces[model.modelId] = piece
        }
        return piece
    }

    /// Models have left the fleet.
    func forget(_ ids: some Sequence<ModelID>) {
        state.withLock { state in for id in ids { state.pieces[id] = nil } }
    }

    var encodings: Int { state.withLock(\.encodings) }
}

/// The fleet as bytes at one revision: a value, whose next revision costs what has changed, not what there is.
struct EncodedFleet: Sendable {
    struct Piece: Sendable {
        var encoded: FleetEncoder.Piece
        /// The revision that brought it as it is.
        var changed: UInt64

        var model: ModelHealthStatus { encoded.model }
        var json: ByteBuffer { encoded.json }
    }

    private(set) var revision: UInt64 = 0
    /// Sorted by model id.
    private(set) var pieces: [Piece] = []
    private(set) var summary = ByteBuffer()

    /// The same later on.
    ///
    /// - Returns: the fleet, and the models that have left it since.
    func renewed(_ fleet: FleetHealth, by encoder: FleetEncoder) throws -> (EncodedFleet, left: [ModelHealthStatus]) {
        var new = EncodedFleet()
        new.revision = fleet.revision
        new.summary.writeBytes(try HealthJSON.encoder().encode(fleet.summary))
        new.pieces.reserveCapacity(fleet.models.count)
        var left: [ModelHealthStatus] = []
        var old = pieces[...]
        // Both are sorted by model id.
        for model in fleet.models {
            while let first = old.first, first.model.modelId < model.modelId { left.append(old.removeFirst().model) }
            if let same = old.first, same.model.modelId == model.modelId {
                old.removeFirst()
                if same.model == model {
                    new.pieces.append(same)
                    continue
                }
            }
            new.pieces.append(Piece(encoded: try encoder.encode(model), changed: fleet.revision))
        }
        left += old.map(\.model)
        if !left.isEmpty { encoder.forget(left.map(\.modelId)) }
        return (new, left)
    }

    /// A model's JSON; `nil` for one that is not in the fleet.
    func json(of id: ModelID) -> ByteBuffer? {
        var low = 0
        var high = pieces.count
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].model.modelId < id { low = middle + 1 } else { high = middle }
        }
        return low < pieces.count && pieces[low].model.modelId == id ? pieces[low].json : nil
    }
}
