// For FileHandle, which the essentials do not have.
import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Files that only grow, for their user alone.
enum AppendedFile {
    struct CannotOpen: Error {}

    /// All of it or, after an error, none: what was written of it is taken away again.
    static func append(_ bytes: Data, to path: String) throws {
        let descriptor = open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CannotOpen() }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let end = try file.seekToEnd()
        do { try file.write(contentsOf: bytes) } catch {
            try? file.truncate(atOffset: end)
            throw error
        }
    }
}
