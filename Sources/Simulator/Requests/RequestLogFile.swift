import Foundation
package import Logging

/// Writes every request that has ended to a file, one line of JSON each.
package final class RequestLogFile: Sendable {
    /// Requests that wait to be written; beyond that the newest are dropped, and the simulator counts them.
    private static let bound = 8192

    /// Where the simulator puts the requests: the `onRequestEnd` of its initialiser.
    package let intake: AsyncStream<RequestRecord>.Continuation
    private let records: AsyncStream<RequestRecord>
    private let path: String
    private let logger: Logger

    /// Opens the file, and adds to it when it is there. Throws ``SimulatorError`` when it cannot be written.
    package init(path: String, logger: Logger) throws(SimulatorError) {
        self.path = path
        self.logger = logger
        (records, intake) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.bound))
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        guard FileManager.default.isWritableFile(atPath: path) else {
            throw SimulatorError("request log \(path): cannot be written; does its folder exist?")
        }
    }

    /// Ends the writing once everything is written.
    func finish() { intake.finish() }

    /// Writes until ``finish()``.
    func write() async {
        guard let file = FileHandle(forWritingAtPath: path) else {
            logger.error("The request log is gone", metadata: ["path": "\(path)"])
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        do {
            try file.seekToEnd()
            for await record in records {
                var line = try encoder.encode(record)
                line.append(UInt8(ascii: "\n"))
                try file.write(contentsOf: line)
            }
            try file.close()
        } catch {
            logger.error(
                "The request log cannot be written any more", metadata: ["path": "\(path)", "error": "\(error)"])
        }
    }
}
