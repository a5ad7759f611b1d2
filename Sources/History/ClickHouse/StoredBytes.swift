import Health
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Snapshots as rows of `llm_health_snapshots` in ClickHouse.
enum StoredSnapshotBytes {
    static let columns = """
        region, instance, model_id, at, provider, status, score, reason, latency_p50, latency_p90, latency_p99, \
        error_rate, request_count, availability, probe_success, probe_latency, probe_error, previous_at, previous_status
        """

    /// - Parameter known: the newest snapshot of each model so far.
    /// - Returns: the rows, and the newest snapshots after them.
    static func rows(
        _ snapshots: [HealthSnapshot], after known: [ModelID: Sighting], _ configuration: ClickHouseConfiguration
    ) -> (ByteBuffer, newest: [ModelID: Sighting]) {
        var writer = RowBinaryWriter(capacity: snapshots.count * 200)
        var newest: [ModelID: Sighting] = [:]
        let isSorted = zip(snapshots, snapshots.dropFirst()).allSatisfy { $0.timestamp <= $1.timestamp }
        // A late row settles nothing: what came after it has done so.
        for row in isSorted ? snapshots : snapshots.sorted(by: { $0.timestamp < $1.timestamp }) {
            let previous = newest[row.modelId] ?? known[row.modelId]
            let settled = previous.flatMap { !$0.isEnd && $0.at < row.timestamp ? $0 : nil }
            write(row, settled, configuration, to: &writer)
            if previous.map({ $0.at < row.timestamp }) ?? true { newest[row.modelId] = Sighting(row) }
        }
        return (writer.buffer, newest)
    }

    private static func write(
        _ row: HealthSnapshot, _ previous: Sighting?, _ configuration: ClickHouseConfiguration,
        to writer: inout RowBinaryWriter
    ) {
        writer.write(configuration.region)
        writer.write(configuration.instance)
        writer.write(row.modelId.rawValue)
        writer.write(row.timestamp.milliseconds)
        writer.write(row.provider)
        writer.write(row.status.stored)
        writer.write(row.score)
        writer.write(row.reasonCode.rawValue)
        writer.write(row.metrics.latencyP50)
        writer.write(row.metrics.latencyP90)
        writer.write(row.metrics.latencyP99)
        writer.write(row.metrics.errorRate)
        writer.write(UInt64(row.metrics.requestCount))
        writer.write(row.metrics.availability)
        writer.write((row.probeResult?.success).map { UInt8($0 ? 1 : 0) })
        writer.write(row.probeResult?.latency)
        writer.write(row.probeResult?.error)
        writer.write(previous?.at.milliseconds)
        writer.write(previous.map { $0.isIdle ? 4 : $0.status.stored } ?? 0)
    }

    /// What a reader selects, in its order.
    static let selected = """
        toUnixTimestamp64Milli(at) AS time, provider, toInt8(status), score, reason, latency_p50, latency_p90, \
        latency_p99, error_rate, request_count, availability, probe_success, probe_latency, probe_error
        """

    static func snapshots(_ bytes: ByteBuffer, of model: ModelID) throws(RowBinaryReader.Truncated) -> [HealthSnapshot]
    {
        var reader = RowBinaryReader(bytes)
        var rows: [HealthSnapshot] = []
        while !reader.isAtEnd {
            let at = Date(milliseconds: try reader.integer())
            let provider = try reader.text()
            let status = HealthStatus(code: try reader.integer())
            let score = try reader.optionalDouble()
            let code = HealthReason.Code(stored: try reader.text(), of: status)
            let metrics = HealthSnapshot.Metrics(
                latencyP50: try reader.optionalDouble(), latencyP90: try reader.optionalDouble(),
                latencyP99: try reader.optionalDouble(), errorRate: try reader.optionalDouble(),
                requestCount: Int(clamping: try reader.integer(UInt64.self)), availability: try reader.optionalDouble())
            let success = try reader.optionalInteger(UInt8.self)
            let (latency, error) = (try reader.optionalDouble(), try reader.optionalText())
            rows.append(
                HealthSnapshot(
                    timestamp: at, modelId: model, provider: provider, status: status, score: score, reasonCode: code,
                    metrics: metrics,
                    probeResult: success.map { .init(success: $0 == 1, latency: latency, error: error) }))
        }
        return rows
    }
}

/// Changes as rows of `llm_health_changes` in ClickHouse.
enum StoredChangeBytes {
    static let columns = "region, instance, seq, model_id, at, provider, previous_status, current_status, reasons"

    static func rows(_ changes: [HealthChangeEvent], _ configuration: ClickHouseConfiguration) -> ByteBuffer {
        var writer = RowBinaryWriter(capacity: changes.count * 300)
        for row in changes {
            writer.write(configuration.region)
            writer.write(configuration.instance)
            writer.write(row.seq)
            writer.write(row.modelId.rawValue)
            writer.write(row.timestamp.milliseconds)
            writer.write(row.provider)
            writer.write(row.previousStatus.stored)
            writer.write(row.currentStatus.stored)
            writer.write(StoredReasons.text(row.reasons))
        }
        return writer.buffer
    }

    /// What a reader selects, in its order.
    static let selected = """
        seq, model_id, toUnixTimestamp64Milli(at) AS time, provider, toInt8(previous_status), toInt8(current_status), \
        reasons
        """

    static func changes(_ bytes: ByteBuffer) throws(RowBinaryReader.Truncated) -> [HealthChangeEvent] {
        var reader = RowBinaryReader(bytes)
        let reasons = StoredReasons.Reader()
        var rows: [HealthChangeEvent] = []
        while !reader.isAtEnd {
            let seq = try reader.integer(UInt64.self)
            let model = ModelID(try reader.text())
            let at = Date(milliseconds: try reader.integer())
            let provider = try reader.text()
            let previous = HealthStatus(code: try reader.integer())
            let current = HealthStatus(code: try reader.integer())
            rows.append(
                HealthChangeEvent(
                    seq: seq, modelId: model, provider: provider, previousStatus: previous, currentStatus: current,
                    timestamp: at, reasons: reasons.read(try reader.text(), of: current)))
        }
        return rows
    }
}

/// Sums as rows of `llm_health_minutes`, `_hours` and `_days` in ClickHouse.
enum StoredSumBytes {
    /// What a reader selects, in its order; of parts that have not been merged yet.
    static let selected = """
        toUnixTimestamp(at) AS time, sum(snapshots), sum(requests), sum(errors), sum(healthy_ms), sum(degraded_ms), \
        sum(unhealthy_ms), sum(unknown_ms), sum(idle_ms), sumMap(latency_p50), sumMap(latency_p90), sumMap(latency_p99)
        """

    static let columns = """
        instance, model_id, at, snapshots, requests, errors, healthy_ms, degraded_ms, unhealthy_ms, unknown_ms, \
        idle_ms, worst, latency_p50, latency_p90, latency_p99
        """

    static func rows(_ sums: [RollUp], of model: ModelID, _ configuration: ClickHouseConfiguration) -> ByteBuffer {
        var writer = RowBinaryWriter(capacity: sums.count * 200)
        for sum in sums {
            writer.write(configuration.instance)
            writer.write(model.rawValue)
            writer.write(UInt32(clamping: sum.start.milliseconds / 1_000))
            writer.write(UInt64(sum.snapshots))
            writer.write(UInt64(sum.requests))
            writer.write(sum.errors)
            for span in [
                sum.spans.healthy, sum.spans.degraded, sum.spans.unhealthy, sum.spans.unknown, sum.spans.idle,
            ] {
                writer.write(UInt64(max(span, 0)))
            }
            writer.write(UInt8(max(sum.spans.worst?.stored ?? 0, 0)))
            for sketch in [sum.latency.p50, sum.latency.p90, sum.latency.p99] {
                let buckets = sketch.stored
                writer.write(count: UInt64(buckets.count))
                for (index, count) in buckets {
                    writer.write(index)
                    writer.write(count)
                }
            }
        }
        return writer.buffer
    }

    static func rollUps(_ bytes: ByteBuffer) throws(RowBinaryReader.Truncated) -> [RollUp] {
        var reader = RowBinaryReader(bytes)
        var rows: [RollUp] = []
        while !reader.isAtEnd {
            var row = RollUp(start: Date(milliseconds: Int64(try reader.integer(UInt32.self)) * 1_000))
            row.snapshots = Int(clamping: try reader.integer(UInt64.self))
            row.requests = Int(clamping: try reader.integer(UInt64.self))
            row.errors = try reader.double()
            row.spans.healthy = Int64(clamping: try reader.integer(UInt64.self))
            row.spans.degraded = Int64(clamping: try reader.integer(UInt64.self))
            row.spans.unhealthy = Int64(clamping: try reader.integer(UInt64.self))
            row.spans.unknown = Int64(clamping: try reader.integer(UInt64.self))
            row.spans.idle = Int64(clamping: try reader.integer(UInt64.self))
            row.latency.p50 = try sketch(&reader)
            row.latency.p90 = try sketch(&reader)
            row.latency.p99 = try sketch(&reader)
            rows.append(row)
        }
        return rows
    }

    private static func sketch(_ reader: inout RowBinaryReader) throws(RowBinaryReader.Truncated) -> LatencySketch {
        var buckets: [(index: Int32, count: UInt64)] = []
        for _ in 0..<(try reader.length()) {
            let index = try reader.integer(Int32.self)
            buckets.append((index, try reader.integer(UInt64.self)))
        }
        return LatencySketch(stored: buckets)
    }
}

extension HealthStatus {
    /// The number that ClickHouse keeps it by; the worse, the higher.
    var stored: Int8 { Int8(severity) }

    /// A number that only a newer version knows reads as `unknown`.
    init(code: Int8) { self = HealthStatus.allCases.first { $0.stored == code } ?? .unknown }
}
