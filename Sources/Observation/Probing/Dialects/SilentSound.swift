/// Silence, for models that listen.
enum SilentSound {
    /// A WAV file, 16 kHz, 16 bit, mono.
    static func wav(milliseconds: Int) -> [UInt8] {
        let size = 16 * milliseconds * 2
        func little(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        var bytes = Array("RIFF".utf8) + little(36 + size, 4) + Array("WAVEfmt ".utf8)
        bytes += little(16, 4) + little(1, 2) + little(1, 2) + little(16_000, 4) + little(32_000, 4)
        bytes += little(2, 2) + little(16, 2) + Array("data".utf8) + little(size, 4)
        return bytes + [UInt8](repeating: 0, count: size)
    }
}
