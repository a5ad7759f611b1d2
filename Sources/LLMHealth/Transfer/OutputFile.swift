// For FileHandle, which the essentials do not have.
import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A new file that has its name only once it is whole: an interrupted export leaves none that looks complete.
package final class OutputFile {
    private let path: String
    private let partial: String
    private let file: FileHandle
    private var isWhole = false

    /// - Throws: ``InputError`` when the file is there, or cannot be made.
    package init(_ path: String) throws(InputError) {
        guard (try? FileManager.default.attributesOfItem(atPath: path)) == nil else {
            throw InputError("\(path): is there already; name another file")
        }
        self.path = path
        partial = path + ".partial"
        // Only this user may read it: it tells of providers and errors.
        let descriptor = open(partial, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw InputError("\(path): cannot be made; check its folder and permissions")
        }
        file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    deinit { if !isWhole { try? FileManager.default.removeItem(atPath: partial) } }

    package func write(_ text: String) throws(InputError) {
        do { try file.write(contentsOf: Data(text.utf8)) } catch {
            throw InputError("\(path): cannot be written; is the disk full?")
        }
    }

    package func finish() throws(InputError) {
        do {
            try file.synchronize()
            try FileManager.default.moveItem(atPath: partial, toPath: path)
            isWhole = true
        } catch {
            throw InputError("\(path): cannot be written; is the disk full, or has another file taken its name?")
        }
    }
}
