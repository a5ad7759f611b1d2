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

/// The lines of a file or of standard input, one after the other and never all at once.
struct EvidenceLines: ~Copyable {
    private static let longest = 1 << 20
    private static let chunk = 64 << 10
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// What it is called in messages.
    let name: String
    /// Of the line last returned, from 1.
    private(set) var number = 0
    private let descriptor: Int32
    private var bytes: [UInt8] = []
    /// What of `bytes` has been returned, and what of it has been searched for an end of line.
    private var taken = 0
    private var searched = 0
    private var isAtEnd = false

    /// - Parameter path: `-` is standard input.
    init(_ path: String) throws(ReplayError) {
        name = path == "-" ? "standard input" : path
        guard path != "-" else {
            descriptor = STDIN_FILENO
            return
        }
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        descriptor = opened
        guard opened >= 0 else {
            let isMissing = errno == ENOENT
            throw ReplayError(
                "\(path): \(isMissing ? "there is no such file" : "cannot be opened"); check the path given to replay")
        }
    }

    deinit { if descriptor > STDIN_FILENO { close(descriptor) } }

    /// The next line without its end; `nil` when there is none.
    mutating func next() throws(ReplayError) -> Data? {
        while true {
            if let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) { return line(to: end, then: end + 1) }
            searched = bytes.count
            if isAtEnd {
                return taken < bytes.count ? line(to: bytes.count, then: bytes.count) : nil
            }
            guard bytes.count - taken <= Self.longest else {
                throw ReplayError(name, number + 1, "is longer than 1 MiB; is it JSON Lines, one object a line?")
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

    private mutating func fill() throws(ReplayError) {
        bytes.removeFirst(taken)
        searched -= taken
        taken = 0
        let kept = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: Self.chunk))
        let count = bytes.withUnsafeMutableBytes { buffer in
            var count = 0
            repeat {
                count = read(descriptor, buffer.baseAddress.map { $0 + kept }, Self.chunk)
            } while count < 0 && errno == EINTR
            return count
        }
        bytes.removeLast(Self.chunk - max(count, 0))
        guard count >= 0 else {
            let problem =
                errno == EISDIR ? "is a folder; name a file in it" : "cannot be read; check its disk and permissions"
            throw ReplayError("\(name): \(problem)")
        }
        isAtEnd = count == 0
    }
}
