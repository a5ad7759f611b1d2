package import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One line of an exported history: a snapshot, a change or a sum, as JSON.
///
/// A change is known by its `seq`, a sum by its `sum`; anything else is a snapshot.
package enum HistoryRecord: Sendable, Hashable {
    case snapshot(HealthSnapshot)
    case change(HealthChangeEvent)
    case sum(RollUp, RollUpWidth, ModelID)
}

extension HistoryBatch {
    package var records: [HistoryRecord] {
        switch self {
        case .snapshots(let rows): rows.map { .snapshot($0) }
        case .changes(let rows): rows.map { .change($0) }
        case .sums(let rows, let width, let model): rows.map { .sum($0, width, model) }
        }
    }
}

extension HistoryRecord: Codable {
    private enum Mark: String, CodingKey { case seq, sum }

    package init(from decoder: any Decoder) throws {
        let marks = try decoder.container(keyedBy: Mark.self)
        if marks.contains(.seq) {
            self = .change(try HealthChangeEvent(from: decoder))
        } else if marks.contains(.sum) {
            let sum = try StoredSum(from: decoder)
            self = .sum(sum.rollUp, sum.sum.width, sum.modelId)
        } else {
            self = .snapshot(try HealthSnapshot(from: decoder))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .snapshot(let row): try row.encode(to: encoder)
        case .change(let row): try row.encode(to: encoder)
        case .sum(let row, let width, let model): try StoredSum(row, width, of: model).encode(to: encoder)
        }
    }
}

/// A sum as JSON: spans in milliseconds, the latency sketches as base64 of `LatencyCode`.
private struct StoredSum: Codable {
    enum Width: String, Codable {
        case minute, hour, day

        var width: RollUpWidth {
            switch self {
            case .minute: .minute
            case .hour: .hour
            case .day: .day
            }
        }

        init(_ width: RollUpWidth) {
            switch width {
            case .minute: self = .minute
            case .hour: self = .hour
            case .day: self = .day
            }
        }
    }

    var sum: Width
    var modelId: ModelID
    var start: Date
    var snapshots: Int
    var requests: Int
    var errors: Double
    var healthyMs: Int64
    var degradedMs: Int64
    var unhealthyMs: Int64
    var unknownMs: Int64
    var idleMs: Int64
    var latency: Data?

    init(_ row: RollUp, _ width: RollUpWidth, of model: ModelID) {
        sum = Width(width)
        modelId = model
        start = row.start
        snapshots = row.snapshots
        requests = row.requests
        errors = row.errors
        healthyMs = row.spans.healthy
        degradedMs = row.spans.degraded
        unhealthyMs = row.spans.unhealthy
        unknownMs = row.spans.unknown
        idleMs = row.spans.idle
        let code = LatencyCode.bytes(row.latency)
        latency = code.isEmpty ? nil : Data(code)
    }

    /// What no history could hold reads as nothing.
    var rollUp: RollUp {
        let width = sum.width.milliseconds
        var row = RollUp(start: Date(milliseconds: start.milliseconds.roundedDown(to: width)))
        row.snapshots = max(snapshots, 0)
        row.requests = max(requests, 0)
        row.errors = errors.isFinite ? max(errors, 0) : 0
        row.spans.healthy = min(max(healthyMs, 0), width)
        row.spans.degraded = min(max(degradedMs, 0), width)
        row.spans.unhealthy = min(max(unhealthyMs, 0), width)
        row.spans.unknown = min(max(unknownMs, 0), width)
        row.spans.idle = min(max(idleMs, 0), width)
        row.latency = LatencyCode.latency(latency ?? Data())
        return row
    }
}
