import Foundation

/// The server as a process of its own, so that its memory and processor time are its own too.
struct ServerProcess: Sendable {
    let port: Int
    private let identifier: pid_t

    static func start(rate: Int, models: Int) async throws -> ServerProcess {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = ["serve", "\(rate)", "\(models)", "0.5"]
        process.standardOutput = output
        try process.run()
        let (lines, source) = AsyncStream.makeStream(of: Data.self)
        output.fileHandleForReading.readabilityHandler = { source.yield($0.availableData) }
        defer { output.fileHandleForReading.readabilityHandler = nil }
        let line = await lines.first { !$0.isEmpty } ?? Data()
        guard let port = Int(String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        else {
            throw CocoaError(.fileReadUnknown)
        }
        return ServerProcess(port: port, identifier: process.processIdentifier)
    }

    func stop() { kill(identifier, SIGKILL) }

    /// Resident memory in MB.
    var memory: (now: Int, peak: Int) {
        let status = (try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)) ?? ""
        func megabytes(_ name: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
            return (Int(line.filter(\.isNumber)) ?? 0) / 1_024
        }
        return (megabytes("VmRSS"), megabytes("VmHWM"))
    }

    /// How many files and sockets are open.
    var descriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(identifier)/fd"))?.count ?? 0
    }

    /// Hundredths of a second that it has computed.
    var processorTicks: Int {
        let stat = (try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8)) ?? ""
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        return fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
    }
}
