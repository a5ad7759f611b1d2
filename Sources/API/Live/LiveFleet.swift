import Health
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The fleet as bytes at one revision, with what has changed and when: a value, renewed about once a second.
///
/// Each model's JSON is made once for all readers and kept until the model changes. A list or the difference to an
/// earlier revision is put together from these pieces.
struct LiveFleet: Sendable {
    struct Piece: Sendable {
        var model: ModelHealthStatus
        var json: ByteBuffer
        /// The revision that brought it as it is.
        var changed: UInt64
    }

    struct Removal: Sendable {
        var modelID: ModelID
        var provider: String
        var revision: UInt64
    }

    /// Models that have left and are remembered; a reader that is further behind gets the whole fleet.
    static let maximumRemovals = 1_000

    private(set) var revision: UInt64
    /// The last event that is part of it.
    private(set) var seq: UInt64
    /// Where in the log the events begin that are not part of it.
    private(set) var position: Int
    private var head = ByteBuffer()
    private var summary: HealthSummary
    private var summaryChanged: UInt64
    /// Sorted by model id.
    private(set) var pieces: [Piece] = []
    private var removals: [Removal] = []
    /// Removals up to this revision may be forgotten.
    private var forgotten: UInt64 = 0

    /// A fleet of no models.
    init(seq: UInt64) {
        revision = 0
        position = 0
        self.seq = seq
        summary = FleetHealth.empty.summary
        summaryChanged = 0
        try? writeHead(.empty)
    }

    /// The same later on: encodes the models that are not as they were.
    ///
    /// - Parameters:
    ///   - seq: the last event that is part of the fleet.
    ///   - position: where in the log the events after it begin.
    func renewed(_ fleet: FleetHealth, seq: UInt64, position: Int) throws -> LiveFleet {
        var new = self
        new.revision = fleet.revision
        new.seq = seq
        new.position = position
        let encoder = HealthJSON.encoder()
        var old = pieces[...]
        new.pieces = []
        new.pieces.reserveCapacity(fleet.models.count)
        // Both are sorted by model id.
        for model in fleet.models {
            while let first = old.first, first.model.modelId < model.modelId { new.remove(old.removeFirst().model) }
            if let same = old.first, same.model.modelId == model.modelId {
                old.removeFirst()
                if same.model == model {
                    new.pieces.append(same)
                    continue
                }
            }
            let json = ByteBuffer(bytes: try encoder.encode(model.finite))
            new.pieces.append(Piece(model: model, json: json, changed: fleet.revision))
        }
        for piece in old { new.remove(piece.model) }
        if new.removals.count > Self.maximumRemovals {
            let excess = new.removals.count - Self.maximumRemovals
            new.forgotten = new.removals[excess - 1].revision
            new.removals.removeFirst(excess)
        }
        if !summary.says(theSameAs: fleet.summary) { new.summaryChanged = fleet.revision }
        new.summary = fleet.summary
        try new.writeHead(fleet)
        return new
    }

    private mutating func remove(_ model: ModelHealthStatus) {
        removals.append(Removal(modelID: model.modelId, provider: model.provider, revision: revision))
    }

    /// What fleets and updates have in common: revision, time and summary.
    private mutating func writeHead(_ fleet: FleetHealth) throws {
        head = ByteBuffer(string: #","revision":\#(fleet.revision),"at":"\#(fleet.at.rfc3339)","summary":"#)
        head.writeBytes(try HealthJSON.encoder().encode(fleet.summary))
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

    /// The part of a fleet's message that does not depend on who gets it.
    func body(_ filter: FleetFilter) -> ByteBuffer {
        var body = head
        write(pieces.lazy.filter { filter.matches($0.model) }, to: &body)
        body.writeStaticString("}")
        return body
    }

    /// Whether a reader of a revision can be told the difference.
    func remembers(_ since: UInt64) -> Bool { since >= forgotten }

    /// What is different from an earlier revision; `nil` when nothing is that the filter lets through.
    func update(since: UInt64, _ filter: FleetFilter) -> LiveMessage? {
        let changed = pieces.lazy.filter { $0.changed > since }
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

    private func write(_ pieces: some Sequence<Piece>, to buffer: inout ByteBuffer) {
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
