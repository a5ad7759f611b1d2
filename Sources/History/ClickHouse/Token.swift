import Basics
import Health

/// What a batch is known by: the same rows of one instance have the same, whenever they are sent again.
enum Token {
    static func of(_ rows: [HealthSnapshot], by instance: String) -> String {
        var hash = StableHash()
        hash.add(instance)
        for row in rows {
            hash.add(row.modelId.rawValue)
            hash.add(row.timestamp.milliseconds)
        }
        return "snapshots-\(rows.count)-\(hash.text)"
    }

    static func of(_ rows: [RollUp], of model: ModelID, _ width: RollUpWidth, by instance: String) -> String {
        var hash = StableHash()
        hash.add(instance)
        hash.add(model.rawValue)
        for row in rows {
            hash.add(row.start.milliseconds)
            hash.add(Int64(row.snapshots))
        }
        return "\(width)-\(rows.count)-\(hash.text)"
    }

    static func of(_ rows: [HealthChangeEvent], by instance: String) -> String {
        var hash = StableHash()
        hash.add(instance)
        for row in rows { hash.add(Int64(bitPattern: row.seq)) }
        return "changes-\(rows.count)-\(hash.text)"
    }
}

/// Two hashes side by side: the same in every run, unlike the standard library's.
private struct StableHash {
    private var a = FNV1a()
    private var b = FNV1a(basis: 0x8422_2325_cbf2_9ce4)

    mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
        add(0xFF as UInt8)
    }

    mutating func add(_ number: Int64) {
        for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> Int64(shift))) }
    }

    private mutating func add(_ byte: UInt8) {
        a.combine(byte)
        b.combine(byte &+ 0x5B)
    }

    var text: String { String(a.value, radix: 16) + String(b.value, radix: 16) }
}
