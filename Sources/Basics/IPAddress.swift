#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// An IP address as 16 bytes, IPv4 in its IPv6-mapped form, so that one address has one value however it is written.
package struct IPAddress: Sendable, Hashable {
    package let bytes: [UInt8]

    /// Reads dotted, decimal, hexadecimal and octal IPv4 (`inet_aton`) and IPv6; `nil` for a name.
    package init?(_ text: String) {
        let plain = text.prefix { $0 != "%" }
        var v6 = in6_addr()
        if inet_pton(AF_INET6, String(plain), &v6) == 1 {
            bytes = withUnsafeBytes(of: &v6) { Array($0) }
            return
        }
        var v4 = in_addr()
        // `inet_aton` knows the spellings that a resolver would take too: 2852039166, 0xa9fea9fe, 169.254.43518.
        guard plain.first?.isNumber == true, inet_aton(String(plain), &v4) != 0 else { return nil }
        bytes = Self.mapped + withUnsafeBytes(of: &v4) { Array($0) }
    }

    private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

    package var isV4: Bool { bytes.starts(with: Self.mapped) }
    package var isLoopback: Bool {
        isV4 ? bytes[12] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
    }

    /// Whether the first `length` bits are those of `network`; for IPv4 the length counts from the IPv4 part.
    package func isWithin(_ network: IPAddress, length: Int) -> Bool {
        guard isV4 == network.isV4 else { return false }
        let bits = min(128, isV4 ? 96 + length : length)
        for index in 0..<16 {
            let rest = bits - index * 8
            if rest <= 0 { return true }
            let mask: UInt8 = rest >= 8 ? 0xff : ~(0xff >> UInt8(rest))
            if bytes[index] & mask != network.bytes[index] & mask { return false }
        }
        return true
    }
}
