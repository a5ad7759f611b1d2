/// FNV-1a of 64 bits: the same in every run, unlike the standard library's hash. No secret and no signature.
package struct FNV1a: Sendable, Hashable {
    package private(set) var value: UInt64

    package init(basis: UInt64 = 0xcbf2_9ce4_8422_2325) { value = basis }

    package mutating func combine(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }

    package mutating func combine(_ bytes: some Sequence<UInt8>) { for byte in bytes { combine(byte) } }

    /// Eight bytes, the lowest first.
    package mutating func combine(_ number: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) { combine(UInt8(truncatingIfNeeded: number >> UInt64(shift))) }
    }

    package static func hash(of bytes: some Sequence<UInt8>) -> UInt64 {
        var hash = FNV1a()
        hash.combine(bytes)
        return hash.value
    }
}

extension String {
    /// A few letters that differ from text to text (FNV-1a in base 36): short, the same in every run, and no secret.
    package var fingerprint: String { String(FNV1a.hash(of: utf8), radix: 36) }
}
