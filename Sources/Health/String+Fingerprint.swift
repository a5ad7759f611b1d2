extension String {
    /// A few letters that differ from text to text (FNV-1a, 64 bits, in base 36): short, the same in every run, and no secret.
    package var fingerprint: String {
        String(utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }, radix: 36)
    }
}
