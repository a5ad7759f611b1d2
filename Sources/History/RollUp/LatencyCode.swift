import Health

/// The three distributions of a roll-up in few bytes: for each the number of its buckets, then the distance of each
/// bucket from the one before and its count, all as LEB128.
enum LatencyCode {
    static func bytes(_ latency: RollUp.Latency) -> [UInt8] {
        guard !latency.isEmpty else { return [] }
        var bytes: [UInt8] = []
        for sketch in [latency.p50, latency.p90, latency.p99] {
            let buckets = sketch.stored
            append(UInt64(buckets.count), to: &bytes)
            // The first may lie below zero.
            var last = Int32(LatencySketch.indices.lowerBound)
            for (index, count) in buckets {
                append(UInt64(index - last), to: &bytes)
                append(count, to: &bytes)
                last = index
            }
        }
        return bytes
    }

    /// Nothing where the bytes are damaged: one row must not make a month unreadable.
    static func latency(_ bytes: some Sequence<UInt8>) -> RollUp.Latency {
        var rest = bytes.makeIterator()
        var sketches: [LatencySketch] = []
        for _ in 0..<3 {
            var buckets: [(index: Int32, count: UInt64)] = []
            guard let used = number(from: &rest), used <= LatencySketch.indices.count else { return RollUp.Latency() }
            var last = Int64(LatencySketch.indices.lowerBound)
            for _ in 0..<used {
                guard let step = number(from: &rest), step < 1 << 20, let count = number(from: &rest) else {
                    return RollUp.Latency()
                }
                last += Int64(step)
                buckets.append((Int32(truncatingIfNeeded: last), count))
            }
            sketches.append(LatencySketch(stored: buckets))
        }
        var latency = RollUp.Latency()
        (latency.p50, latency.p90, latency.p99) = (sketches[0], sketches[1], sketches[2])
        return latency
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func number(from bytes: inout some IteratorProtocol<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            guard let byte = bytes.next() else { return nil }
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
        }
        return nil
    }
}
