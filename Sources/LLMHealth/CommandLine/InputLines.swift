import History

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The lines of a file, of all recordings in a folder, or of standard input, one after the other and never all at once;
/// gzip is unpacked.
struct InputLines: ~Copyable {
    private static let chunk = 64 << 10
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// What it is called in messages.
    private(set) var name: String
    /// Of the line last returned, from 1.
    private(set) var number = 0
    private var file: OpenFile
    /// Files of a folder that come next, the first one last.
    private var waiting: [String] = []
    private var gzip: GzipReader?
    private var isAtStart = true
    private var bytes: [UInt8] = []
    /// What of `bytes` has been returned, and what of it has been searched for an end of line.
    private var taken = 0
    private var searched = 0
    private var isAtEnd = false
    private let longest: Int

    /// - Parameters:
    ///   - path: `-` is standard input; of a folder, the files that end in `.jsonl` or `.jsonl.gz` by their names.
    ///   - longest: bytes of a line.
    init(_ path: String, longest: Int = 1 << 20) throws(InputError) {
        self.longest = longest
        let files = try Self.files(path)
        let opened = try OpenFile(files[0])
        file = opened
        name = path == "-" ? "standard input" : files[0]
        waiting = files.dropFirst().reversed()
    }

    /// At least one.
    private static func files(_ path: String) throws(InputError) -> [String] {
        var isFolder = false
        guard path != "-", FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder else {
            return [path]
        }
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
        let files = names.filter { $0.hasSuffix(".jsonl") || $0.hasSuffix(".jsonl.gz") }
        guard !files.isEmpty else { throw InputError("\(path): the folder holds no recording (.jsonl or .jsonl.gz)") }
        return files.map { "\(path)/\($0)" }
    }

    /// The next line without its end; `nil` when there is none.
    mutating func next() throws(InputError) -> Data? {
        while true {
            if let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) { return line(to: end, then: end + 1) }
            searched = bytes.count
            if isAtEnd {
                if taken < bytes.count { return line(to: bytes.count, then: bytes.count) }
                guard let next = waiting.popLast() else { return nil }
                try open(next)
                continue
            }
            guard bytes.count - taken <= longest else {
                throw InputError(
                    name, number + 1, "is longer than \(longest >> 20) MiB; is it JSON Lines, one object a line?")
            }
            try fill()
        }
    }

    private mutating func line(to end: Int, then next: Int) -> Data {
        number += 1
        var line = bytes[taken..<end]
        if number == 1, line.starts(with: Self.mark) { line = line.dropFirst(Self.mark.count) }
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        taken = next
        searched = next
        return Data(line)
    }

    private mutating func open(_ path: String) throws(InputError) {
        file = try OpenFile(path)
        name = path
        number = 0
        (gzip, isAtStart, isAtEnd) = (nil, true, false)
        (bytes, taken, searched) = ([], 0, 0)
    }

    private mutating func fill() throws(InputError) {
        bytes.removeFirst(taken)
        searched -= taken
        taken = 0
        var part = try file.read(upTo: Self.chunk, of: name)
        isAtEnd = part.isEmpty
        if isAtStart {
            isAtStart = false
            if part.starts(with: [0x1F, 0x8B]) { gzip = GzipReader() }
        }
        guard let gzip, !part.isEmpty else {
            bytes += part
            return
        }
        do { try gzip.read(&part, into: &bytes) } catch { throw InputError("\(name): the gzip data is damaged") }
    }
}

/// A descriptor that is closed when nobody needs it any more.
private struct OpenFile: ~Copyable {
    private let descriptor: Int32

    init(_ path: String) throws(InputError) {
        guard path != "-" else {
            descriptor = STDIN_FILENO
            return
        }
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        descriptor = opened
        guard opened >= 0 else {
            let isMissing = errno == ENOENT
            throw InputError("\(path): \(isMissing ? "there is no such file" : "cannot be opened"); check the path")
        }
    }

    deinit { if descriptor > STDIN_FILENO { close(descriptor) } }

    /// Nothing at the end.
    func read(upTo limit: Int, of name: String) throws(InputError) -> [UInt8] {
        var part = [UInt8](repeating: 0, count: limit)
        let count = part.withUnsafeMutableBytes { buffer in
            var count = 0
            repeat { count = systemRead(descriptor, buffer.baseAddress, limit) } while count < 0 && errno == EINTR
            return count
        }
        guard count >= 0 else {
            let problem =
                errno == EISDIR ? "is a folder; name a file in it" : "cannot be read; check its disk and permissions"
            throw InputError("\(name): \(problem)")
        }
        part.removeLast(limit - count)
        return part
    }
}

/// The system's, which a method of the same name hides.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
