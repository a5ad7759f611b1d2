import CZlib
package import Foundation
package import Health
import Synchronization

// For FileHandle, which the essentials do not have.
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Batches that wait on disk for a store that is away, in their order, at most so many bytes of them.
///
/// A few files of a few megabytes, each a row of records with a length and a checksum before them, so that a kill in the
/// middle of a write loses that record at most. Files go when all their batches are in the store. After a restart the
/// oldest file begins anew: batches that had been stored already are known to the store.
package final class SpillFolder: Sendable {
    /// A batch that waits.
    package struct Batch: Sendable {
        package var snapshots: [HealthSnapshot]
        package var changes: [HealthChangeEvent]
        fileprivate var segment: UInt64
        fileprivate var end: UInt64
    }
    /// What was found damaged, or found no room.
    package struct Losses: Sendable, Hashable {
        package var records = 0
        package var rows = 0
    }

    private struct Segment {
        var number: UInt64
        var bytes: UInt64 = 0
        var records: [Record] = []
    }
    private struct Record {
        var offset: UInt64
        var end: UInt64
        var rows: Int
        /// Milliseconds since 1970.
        var at: Int64
    }
    private struct State {
        var segments: [Segment] = []
        var losses = Losses()
        var nextNumber: UInt64 = 1
    }

    package let path: String
    private let limit: UInt64
    private let state = Mutex(State())

    private static let segmentBytes: UInt64 = 4 << 20
    /// Length, checksum, time, rows.
    private static let headBytes = 24
    private static let largestRecord: UInt32 = 64 << 20

    /// Opens the folder, makes it where it is missing, and finds what waits in it.
    ///
    /// - Parameter limit: bytes; beyond it the oldest file goes.
    /// - Throws: ``StoreOpenError``.
    package init(path: String, limit: Int) throws(StoreOpenError) {
        self.path = path
        self.limit = UInt64(max(limit, 0))
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            var state = State()
            for name in try FileManager.default.contentsOfDirectory(atPath: path).sorted() {
                guard name.hasSuffix(".rows"), let number = UInt64(name.dropLast(5)) else { continue }
                let segment = try Self.scan(path + "/" + name, number, &state.losses)
                state.segments.append(segment)
                state.nextNumber = max(state.nextNumber, number + 1)
            }
            let found = state
            self.state.withLock { $0 = found }
        } catch {
            throw StoreOpenError(
                path: path, problem: "rows cannot wait there while the store is away",
                advice: "make it a folder that this user can write (\(Self.reason(error)))")
        }
        dropEmpty()
    }

    /// Rows that wait.
    package var rows: Int { state.withLock { $0.segments.reduce(0) { $0 + $1.records.reduce(0) { $0 + $1.rows } } } }
    package var bytes: Int { state.withLock { Int(clamping: $0.segments.reduce(0) { $0 + $1.bytes }) } }
    package var isEmpty: Bool { state.withLock { $0.segments.allSatisfy(\.records.isEmpty) } }
    package var losses: Losses { state.withLock(\.losses) }
    /// When the oldest batch that waits was put there.
    package var oldest: Date? {
        state.withLock { $0.segments.lazy.compactMap(\.records.first).first }.map { Date(milliseconds: $0.at) }
    }

    /// Puts a batch at the end; on the disk when this returns.
    ///
    /// - Throws: ``HealthStorageError`` when it cannot be written; then nothing is left of it.
    package func append(_ snapshots: [HealthSnapshot], _ changes: [HealthChangeEvent], at now: Date)
        throws(HealthStorageError)
    {
        let record = try Self.record(snapshots, changes, at: now)
        try state.withLock { state throws(HealthStorageError) in
            if (state.segments.last?.bytes ?? .max) >= Self.segmentBytes {
                state.segments.append(Segment(number: state.nextNumber))
                state.nextNumber += 1
            }
            let last = state.segments.count - 1
            let offset = state.segments[last].bytes
            try write(record, to: file(state.segments[last].number), at: offset)
            state.segments[last].bytes += UInt64(record.count)
            state.segments[last].records.append(
                Record(
                    offset: offset, end: offset + UInt64(record.count), rows: snapshots.count + changes.count,
                    at: now.milliseconds))
            trim(&state)
        }
    }

    /// The batch that has waited longest; `nil` when none waits. It stays until it is removed.
    package func first() -> Batch? {
        state.withLock { state in
            while let index = state.segments.firstIndex(where: { !$0.records.isEmpty }) {
                let (segment, record) = (state.segments[index], state.segments[index].records[0])
                if let (snapshots, changes) = Self.read(file(segment.number), record.offset, record.end) {
                    return Batch(snapshots: snapshots, changes: changes, segment: segment.number, end: record.end)
                }
                // Unreadable since it was written: whoever damaged it, the rest goes on.
                state.losses.records += 1
                state.losses.rows += record.rows
                state.segments[index].records.removeFirst()
            }
            return nil
        }
    }

    /// Removes a batch that is in the store.
    package func remove(_ batch: Batch) {
        state.withLock { state in
            guard let index = state.segments.firstIndex(where: { $0.number == batch.segment }) else { return }
            state.segments[index].records.removeAll { $0.end <= batch.end }
        }
        dropEmpty()
    }

    // MARK: Files

    private func file(_ number: UInt64) -> String { path + "/" + String(format: "%012llu.rows", number) }

    /// Files of which nothing waits any more.
    private func dropEmpty() {
        state.withLock { state in
            for segment in state.segments where segment.records.isEmpty { unlink(file(segment.number)) }
            state.segments.removeAll(where: \.records.isEmpty)
        }
    }

    private func trim(_ state: inout State) {
        while state.segments.count > 1, state.segments.reduce(0, { $0 + $1.bytes }) > limit {
            let oldest = state.segments.removeFirst()
            state.losses.records += oldest.records.count
            state.losses.rows += oldest.records.reduce(0) { $0 + $1.rows }
            unlink(file(oldest.number))
        }
    }

    private func write(_ record: [UInt8], to file: String, at offset: UInt64) throws(HealthStorageError) {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        var written = 0
        while written < record.count {
            let count = record.withUnsafeBytes {
                pwrite(
                    descriptor, $0.baseAddress?.advanced(by: written), record.count - written,
                    off_t(offset) + off_t(written))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let code = errno
                ftruncate(descriptor, off_t(offset))
                throw failure(code)
            }
            written += count
        }
        guard fsync(descriptor) == 0 else {
            let code = errno
            ftruncate(descriptor, off_t(offset))
            throw failure(code)
        }
    }

    private func failure(_ code: Int32) -> HealthStorageError {
        HealthStorageError(
            operation: .insert, message: "\(path): rows cannot wait there while the store is away",
            cause: String(cString: strerror(code)))
    }

    private static func reason(_ error: any Error) -> String {
        let error = error as NSError
        let under = error.userInfo[NSUnderlyingErrorKey] as? NSError
        return under?.domain == NSPOSIXErrorDomain
            ? String(cString: strerror(Int32(under?.code ?? 0))) : "error \(error.code)"
    }

    // MARK: Records

    private struct Payload: Codable {
        var snapshots: [HealthSnapshot]
        var changes: [HealthChangeEvent]
    }

    private static func record(_ snapshots: [HealthSnapshot], _ changes: [HealthChangeEvent], at now: Date)
        throws(HealthStorageError) -> [UInt8]
    {
        guard let payload = try? HealthJSON.encoder().encode(Payload(snapshots: snapshots, changes: changes)) else {
            throw HealthStorageError(operation: .insert, message: "a batch cannot be encoded; report this as a bug")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headBytes + payload.count)
        append(UInt32(payload.count), to: &bytes)
        append(checksum(payload), to: &bytes)
        append(UInt64(bitPattern: now.milliseconds), to: &bytes)
        append(UInt64(snapshots.count + changes.count), to: &bytes)
        bytes += payload
        return bytes
    }

    private static func scan(_ file: String, _ number: UInt64, _ losses: inout Losses) throws -> Segment {
        let data = try Data(contentsOf: URL(filePath: file))
        var segment = Segment(number: number, bytes: UInt64(data.count))
        var offset = 0
        while offset < data.count {
            guard let (length, checksum, at, rows) = head(data, offset),
                offset + headBytes + Int(length) <= data.count,
                Self.checksum(data[(data.startIndex + offset + headBytes)...].prefix(Int(length))) == checksum
            else {
                // Cut off by a kill, or damaged: what follows cannot be told apart any more.
                losses.records += 1
                break
            }
            let end = offset + headBytes + Int(length)
            segment.records.append(
                Record(offset: UInt64(offset), end: UInt64(end), rows: Int(clamping: rows), at: Int64(bitPattern: at)))
            offset = end
        }
        // New records go to a file of their own rather than behind what is damaged.
        segment.bytes = offset < data.count ? max(segment.bytes, segmentBytes) : UInt64(offset)
        return segment
    }

    private static func read(_ file: String, _ offset: UInt64, _ end: UInt64) -> (
        [HealthSnapshot], [HealthChangeEvent]
    )? {
        guard let handle = FileHandle(forReadingAtPath: file) else { return nil }
        defer { try? handle.close() }
        guard (try? handle.seek(toOffset: offset)) != nil,
            let data = try? handle.read(upToCount: Int(end - offset)), data.count == Int(end - offset),
            let (length, checksum, _, _) = head(data, 0)
        else { return nil }
        let payload = data.dropFirst(headBytes)
        guard payload.count == Int(length), Self.checksum(payload) == checksum,
            let read = try? HealthJSON.decoder().decode(Payload.self, from: payload)
        else { return nil }
        return (read.snapshots, read.changes)
    }

    private static func head(_ data: Data, _ offset: Int) -> (
        length: UInt32, checksum: UInt32, at: UInt64, rows: UInt64
    )? {
        guard offset + headBytes <= data.count else { return nil }
        let head = data[(data.startIndex + offset)...].prefix(headBytes)
        let length: UInt32 = number(head, 0)
        guard length <= largestRecord else { return nil }
        return (length, number(head, 4), number(head, 8), number(head, 16))
    }

    private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private static func number<Value: FixedWidthInteger>(_ data: Data, _ offset: Int) -> Value {
        data[(data.startIndex + offset)...].prefix(MemoryLayout<Value>.size).reversed()
            .reduce(Value.zero) { $0 << 8 | Value($1) }
    }

    private static func checksum(_ data: some DataProtocol) -> UInt32 {
        let bytes = Array(data)
        return UInt32(truncatingIfNeeded: crc32(0, bytes, UInt32(bytes.count)))
    }
}
