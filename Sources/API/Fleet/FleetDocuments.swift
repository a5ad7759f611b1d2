import Basics
import Health
import NIOCore
import Synchronization

/// The fleet as REST answers with it: made once a revision, so that a read costs no more than writing a buffer.
final class FleetDocuments: Sendable {
    /// Filtered lists that are kept; more are made each time they are asked for.
    static let maximumVariants = 64

    enum Kind: Hashable, Sendable {
        case detailed(FleetFilter)
        case summary

        /// Whether callers can make any number of its like.
        fileprivate var isVariant: Bool {
            if case .detailed(let filter) = self { filter != FleetFilter() } else { false }
        }
    }

    let encoder: FleetEncoder
    private let fleet = Mutex(EncodedFleet())
    private let documents = DocumentCache<UInt64, Kind>(limit: FleetDocuments.maximumVariants)

    init(encoder: FleetEncoder = FleetEncoder()) { self.encoder = encoder }

    /// The document of the newest fleet that any reader has brought, `fleet` or a later one.
    func document(_ kind: Kind, of fleet: FleetHealth) throws -> Document {
        let newest = try self.fleet.withLock { mine in
            if fleet.revision > mine.revision { mine = try mine.renewed(fleet, by: encoder).0 }
            return mine
        }
        return documents.document(kind, newest.revision, isKept: !kind.isVariant) {
            switch kind {
            case .detailed(let filter): Self.list(newest, filter)
            case .summary: Document(newest.summary, contentType: "application/json")
            }
        }
    }

    private static func list(_ fleet: EncodedFleet, _ filter: FleetFilter) -> Document {
        var body = ByteBuffer()
        body.reserveCapacity(fleet.pieces.reduce(2) { $0 + $1.json.readableBytes + 1 })
        var hash = FNV1a()
        body.writeStaticString("[")
        for piece in fleet.pieces where filter.matches(piece.model) {
            if body.readableBytes > 1 { body.writeStaticString(",") }
            body.writeImmutableBuffer(piece.json)
            hash.combine(piece.encoded.hash)
        }
        body.writeStaticString("]")
        return Document(body, contentType: "application/json", hash: hash.value)
    }

    /// How many models were encoded, and how many documents are kept.
    var figures: (encodings: Int, documents: Int) { (encoder.encodings, documents.count) }
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
