import NIOCore

/// ClickHouse's `RowBinary`: values one after the other, little-endian, texts with their length before them.
struct RowBinaryWriter {
    private(set) var buffer: ByteBuffer

    init(capacity: Int) { buffer = ByteBufferAllocator().buffer(capacity: capacity) }

    mutating func write(_ value: some FixedWidthInteger) { buffer.writeInteger(value, endianness: .little) }

    mutating func write(_ value: Double) { write(value.bitPattern) }

    mutating func write(_ text: String) {
        write(count: UInt64(text.utf8.count))
        buffer.writeString(text)
    }

    /// How many bytes or pairs follow, as LEB128.
    mutating func write(count: UInt64) {
        var rest = count
        while rest >= 0x80 {
            buffer.writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        buffer.writeInteger(UInt8(rest))
    }

    /// Of a `Nullable` column.
    mutating func write(_ value: Double?) {
        buffer.writeInteger(UInt8(value == nil ? 1 : 0))
        if let value { write(value) }
    }

    mutating func write(_ text: String?) {
        buffer.writeInteger(UInt8(text == nil ? 1 : 0))
        if let text { write(text) }
    }

    mutating func write<Value: FixedWidthInteger>(_ value: Value?) {
        buffer.writeInteger(UInt8(value == nil ? 1 : 0))
        if let value { write(value) }
    }
}

/// Reads what ``RowBinaryWriter`` wrote, or ClickHouse.
struct RowBinaryReader {
    /// The bytes end in the middle of a row.
    struct Truncated: Error {}

    private var buffer: ByteBuffer

    init(_ buffer: ByteBuffer) { self.buffer = buffer }

    var isAtEnd: Bool { buffer.readableBytes == 0 }

    mutating func integer<Value: FixedWidthInteger>(_: Value.Type = Value.self) throws(Truncated) -> Value {
        guard let value = buffer.readInteger(endianness: .little, as: Value.self) else { throw Truncated() }
        return value
    }

    mutating func double() throws(Truncated) -> Double { Double(bitPattern: try integer()) }

    mutating func text() throws(Truncated) -> String {
        guard let text = buffer.readString(length: try length()) else { throw Truncated() }
        return text
    }

    mutating func optionalDouble() throws(Truncated) -> Double? { try isNull() ? nil : try double() }
    mutating func optionalText() throws(Truncated) -> String? { try isNull() ? nil : try text() }
    mutating func optionalInteger<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(Truncated) -> Value?
    {
        try isNull() ? nil : try integer(type)
    }

    /// Of an `Array`, `Map` or text.
    mutating func length() throws(Truncated) -> Int {
        var length: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            let byte: UInt8 = try integer()
            length |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { break }
        }
        guard let length = Int(exactly: length), length <= buffer.readableBytes else { throw Truncated() }
        return length
    }

    private mutating func isNull() throws(Truncated) -> Bool { try integer(UInt8.self) == 1 }
}
