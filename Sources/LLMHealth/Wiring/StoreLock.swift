import History

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One process writes a store: a second one would probe twice, and each would lose what operators tell the other.
///
/// An advisory lock on a file beside the store, which ends with the process however it ends. The file names its holder.
final class StoreLock: Sendable {
    private let descriptor: Int32
    private let path: String
    /// Whether the file was not there before.
    private let isMade: Bool

    /// - Throws: when another process holds it. Where the file system has no locks it is taken without one.
    init(path: String) throws(StoreOpenError) {
        self.path = path
        let made = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        isMade = made >= 0
        descriptor = isMade ? made : open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        // Should the folder not take the file, the store's own attempt tells why.
        guard descriptor >= 0 else { return }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let holder = Self.holder(descriptor)
            guard isHeld else { return }
            close(descriptor)
            throw StoreOpenError(
                path: path,
                problem: "another llm-health\(holder.map { " (process \($0))" } ?? "") uses this history",
                advice: "stop it first, or give this one a history of its own with history.sqlite.path")
        }
        let text = Array("\(getpid())\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
    }

    /// The store cannot be used: nothing is left of the attempt.
    func withdraw() {
        if isMade { unlink(path) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    private static func holder(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
