import Health
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The fleet as the live stream tells it at one revision, with what has changed and when: a value, renewed about once a
/// second. A list or the difference to an earlier revision is put together from each model's bytes.
struct LiveFleet: Sendable {
    struct Removal: Sendable {
        var modelID: ModelID
        var provider: String
        var revision: UInt64
    }

    /// Models that have left and are remembered; a reader that is further behind gets the whole fleet.
    static let maximumRemovals = 1_000

    private var encoded = EncodedFleet()
    /// The last event that is part of it.
    private(set) var seq: UInt64
    /// Where in the log the events begin that are not part of it.
    private(set) var position: Int
    private var head = ByteBuffer()
    private var summary: HealthSummary
    private var summaryChanged: UInt64
    var revision: UInt64 { encoded.revision }
    private var removals: [Removal] = []
    /// Removals up to this revision may be forgotten.
    private var forgotten: UInt64 = 0

    /// A fleet of no models.
    init(seq: UInt64) {
        position = 0
        self.seq = seq
        summary = FleetHealth.empty.summary
        summaryChanged = 0
        writeHead(.empty, ByteBuffer(staticString: "{}"))
    }

    /// The same later on: encodes the models that are not as they were.
    ///
    /// - Parameters:
    ///   - seq: the last event that is part of the fleet.
    ///   - position: where in the log the events after it begin.
    func renewed(
        _ fleet: FleetHealth, seq: UInt64, position: Int, by encoder: FleetEncoder = FleetEncoder()
    ) throws -> LiveFleet {
        var new = self
        new.seq = seq
        new.position = position
        let left: [ModelHealthStatus]
        (new.encoded, left) = try encoded.renewed(fleet, by: encoder)
        for model in left { new.remove(model) }
        if new.removals.count > Self.maximumRemovals {
            let excess = new.removals.count - Self.maximumRemovals
            new.forgotten = new.removals[excess - 1].revision
            new.removals.removeFirst(excess)
        }
        if !summary.says(theSameAs: fleet.summary) { new.summaryChanged = fleet.revision }
        new.summary = fleet.summary
        new.writeHead(fleet, new.encoded.summary)
        return new
    }

    private mutating func remove(_ model: ModelHealthStatus) {
        removals.append(Removal(modelID: model.modelId, provider: model.provider, revision: revision))
    }

    /// What fleets and updates have in common: revision, time and summary.
    private mutating func writeHead(_ fleet: FleetHealth, _ summary: ByteBuffer) {
        head = ByteBuffer(string: #","revision":\#(fleet.revision),"at":"\#(fleet.at.rfc3339)","summary":"#)
        head.writeImmutableBuffer(summary)
    }

    /// A model's JSON; `nil` for one that is not in the fleet.
    func json(of id: ModelID) -> ByteBuffer? { encoded.json(of: id) }

    /// The part of a fleet's message that does not depend on who gets it.
    func body(_ filter: FleetFilter) -> ByteBuffer {
        var body = head
        write(encoded.pieces.lazy.filter { filter.matches($0.model) }, to: &body)
        body.writeStaticString("}")
        return body
    }

    /// Whether a reader of a revision can be told the difference.
    func remembers(_ since: UInt64) -> Bool { since >= forgotten }

    /// What is different from an earlier revision; `nil` when nothing is that the filter lets through.
    func update(since: UInt64, _ filter: FleetFilter) -> LiveMessage? {
        let changed = encoded.pieces.lazy.filter { $0.changed > since }
        var gone = removals.filter { removal in
            removal.revision > since && filter.concerns(removal.modelID, removal.provider)
                && json(of: removal.modelID) == nil
        }.map(\.modelID)
        if filter.status != nil {
            // Models that may have been in the reader's view and are not any more.
            gone += changed.map(\.model).filter { !filter.matches($0) && filter.concerns($0.modelId, $0.provider) }
                .map(\.modelId)
        }
        let shown = changed.filter { filter.matches($0.model) }
        guard summaryChanged > since || !gone.isEmpty || !shown.isEmpty else { return nil }
        var message = ByteBuffer(staticString: #"{"type":"update""#)
        message.writeImmutableBuffer(head)
        write(shown, to: &message)
        message.writeStaticString(#","removed":"#)
        // Strings alone can always be encoded.
        message.writeBytes((try? HealthJSON.encoder().encode(Set(gone).sorted())) ?? Data("[]".utf8))
        message.writeStaticString("}")
        return LiveMessage(.update, json: message)
    }

    private func write(_ pieces: some Sequence<EncodedFleet.Piece>, to buffer: inout ByteBuffer) {
        buffer.writeStaticString(#","models":["#)
        var isFirst = true
        for piece in pieces {
            if !isFirst { buffer.writeStaticString(",") }
            buffer.writeImmutableBuffer(piece.json)
            isFirst = false
        }
        buffer.writeStaticString("]")
    }
}

extension HealthSummary {
    /// Whether it differs in no more than revision and time.
    fileprivate func says(theSameAs other: HealthSummary) -> Bool {
        var same = other
        same.revision = revision
        same.timestamp = timestamp
        return self == same
    }
}

extension FleetFilter {
    /// Whether the filter is about this model, whatever its status.
    func concerns(_ id: ModelID, _ owner: String) -> Bool {
        (modelID == nil || modelID == id) && (provider == nil || provider == owner)
    }

    /// An event belongs to the view of a status when the model enters it, stays or leaves.
    func matches(_ event: HealthChangeEvent) -> Bool {
        concerns(event.modelId, event.provider)
            && (status == nil || status == event.currentStatus || status == event.previousStatus)
    }
}
