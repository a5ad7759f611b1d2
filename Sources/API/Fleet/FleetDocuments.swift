import Basics
import Health
import Hummingbird
import NIOCore
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The fleet as bytes: made once a revision, so that a read costs no more than writing a buffer.
///
/// Each model's JSON is kept until that model changes, and a filtered list is put together from the same pieces. So a
/// new revision costs what has changed, not what there is.
final class FleetDocuments: Sendable {
    /// Filtered lists that are kept; more are made each time they are asked for.
    static let maximumVariants = 64

    enum Kind: Hashable, Sendable {
        case detailed(FleetFilter)
        case summary
    }

    private struct Piece {
        var model: ModelHealthStatus
        var json: Data
        var hash: UInt64
    }

    private struct State {
        var fleet: FleetHealth?
        var pieces: [Piece] = []
        var documents: [Kind: Document] = [:]
        /// How many models were encoded since the start; tests look at it.
        var encodings = 0

        /// Takes over a newer fleet and encodes the models that are not as they were.
        mutating func adopt(_ fleet: FleetHealth) throws {
            if let mine = self.fleet, mine.revision >= fleet.revision { return }
            let encoder = HealthJSON.encoder()
            var old = pieces[...]
            var new: [Piece] = []
            new.reserveCapacity(fleet.models.count)
            // Both are sorted by model id.
            for model in fleet.models {
                while let first = old.first, first.model.modelId < model.modelId { old.removeFirst() }
                if let same = old.first, same.model == model {
                    new.append(same)
                } else {
                    let json = try encoder.encode(model.finite)
                    var hash = FNV1a()
                    hash.combine(json)
                    new.append(Piece(model: model, json: json, hash: hash.value))
                    encodings += 1
                }
            }
            pieces = new
            documents.removeAll(keepingCapacity: true)
            self.fleet = fleet
        }

        func make(_ kind: FleetDocuments.Kind, of fleet: FleetHealth) throws -> Document {
            switch kind {
            case .detailed(let filter): list(filter)
            case .summary: .init(json: try HealthJSON.encoder().encode(fleet.summary))
            }
        }

        private func list(_ filter: FleetFilter) -> Document {
            var body = ByteBuffer()
            body.reserveCapacity(pieces.reduce(2) { $0 + $1.json.count + 1 })
            var hash = FNV1a()
            body.writeStaticString("[")
            for piece in pieces where filter.matches(piece.model) {
                if body.readableBytes > 1 { body.writeStaticString(",") }
                body.writeBytes(piece.json)
                hash.combine(piece.hash)
            }
            body.writeStaticString("]")
            return Document(body, contentType: "application/json", hash: hash.value)
        }
    }

    private let state = Mutex(State())

    /// The document of the newest fleet that any reader has brought, `fleet` or a later one.
    ///
    func document(_ kind: Kind, of fleet: FleetHealth) throws -> Document {
        try state.withLock { state in
            try state.adopt(fleet)
            if let document = state.documents[kind] { return document }
            let document = try state.make(kind, of: state.fleet ?? fleet)
            if state.documents.count < Self.maximumVariants || !kind.isVariant { state.documents[kind] = document }
            return document
        }
    }

    /// How many models were encoded, and how many documents are kept.
    var figures: (encodings: Int, documents: Int) { state.withLock { ($0.encodings, $0.documents.count) } }
}

extension FleetDocuments.Kind {
    /// Whether callers can make any number of its like.
    fileprivate var isVariant: Bool {
        if case .detailed(let filter) = self { filter != FleetFilter() } else { false }
    }
}

extension Document {
    fileprivate init(json: Data) {
        self.init(ByteBuffer(bytes: json), contentType: "application/json")
    }
}

/// Which models of the fleet are asked for; all that are set must fit.
struct FleetFilter: Hashable, Sendable {
    var modelID: ModelID?
    var provider: String?
    var status: HealthStatus?

    func matches(_ model: ModelHealthStatus) -> Bool {
        (modelID == nil || modelID == model.modelId) && (provider == nil || provider == model.provider)
            && (status == nil || status == model.status)
    }
}
