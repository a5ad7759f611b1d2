import Health

/// What a batch is known by: the same rows have the same, whoever sends them again.
enum Token {
    static func of(_ rows: [HealthSnapshot]) -> String {
        var hash = StableHash()
        for row in rows {
            hash.add(row.modelId.rawValue)
            hash.add(row.timestamp.milliseconds)
        }
        return "snapshots-\(rows.count)-\(hash.text)"
    }

    static func of(_ rows: [RollUp], of model: ModelID, _ width: RollUpWidth) -> String {
        var hash = StableHash()
        hash.add(model.rawValue)
        for row in rows {
            hash.add(row.start.milliseconds)
            hash.add(Int64(row.snapshots))
        }
        return "\(width)-\(rows.count)-\(hash.text)"
    }

    static func of(_ rows: [HealthChangeEvent]) -> String {
        var hash = StableHash()
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
