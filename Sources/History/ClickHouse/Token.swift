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

/// Two FNV-1a of 64 bits side by side: the same in every run, unlike the standard library's.
private struct StableHash {
    private var a: UInt64 = 0xcbf2_9ce4_8422_2325
    private var b: UInt64 = 0x8422_2325_cbf2_9ce4

    mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
        add(UInt8(0xFF))
    }

    mutating func add(_ number: Int64) {
        for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> Int64(shift))) }
    }

    private mutating func add(_ byte: UInt8) {
        a = (a ^ UInt64(byte)) &* 0x100_0000_01b3
        b = (b ^ UInt64(byte &+ 0x5B)) &* 0x100_0000_01b3
    }

    var text: String { String(a, radix: 16) + String(b, radix: 16) }
}
