import Foundation
import Synchronization

/// A program that runs beside the test and ends with it, one way or another.
final class ChildProcess: Sendable {
    enum Exit: Sendable, Equatable {
        case code(Int32)
        case signal(Int32)
    }

    private struct State {
        var exit: Exit?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let process: Process
    private let state = Mutex(State())
    /// All that it wrote so far.
    let output = CollectedOutput()
    let errors = CollectedOutput()

    /// Starts a program, hands it to `body`, and has it killed and reaped when that is done.
    static func with<Result>(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], in folder: TemporaryFolder,
        _ body: (ChildProcess) async throws -> Result
    ) async throws -> Result {
        let child = try ChildProcess(path, arguments, environment, folder.path)
        do {
            let result = try await body(child)
            await child.end()
            return result
        } catch {
            await child.end()
            throw error
        }
    }

    /// Runs a program to its end.
    static func run(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], in folder: TemporaryFolder,
        within limit: Duration = .seconds(30)
    ) async throws -> Finished {
        try await with(path, arguments, environment: environment, in: folder) { child in
            let exit = try await child.exit(within: limit)
            return Finished(exit: exit, output: child.output.text, errors: child.errors.text)
        }
    }

    struct Finished: Sendable {
        var exit: Exit
        var output: String
        var errors: String

        var errorLines: [Substring] { errors.split(separator: "\n") }
    }

    private init(_ path: String, _ arguments: [String], _ environment: [String: String], _ folder: String) throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = Self.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output.pipe
        process.standardError = errors.pipe
        process.terminationHandler = { [weak self] process in
            let status = process.terminationStatus
            self?.ended(process.terminationReason == .uncaughtSignal ? .signal(status) : .code(status))
        }
        do {
            try process.run()
        } catch {
            output.abandon()
            errors.abandon()
            throw error
        }
    }

    /// Nothing of the test's own environment but what any program needs.
    private static let environment: [String: String] = {
        let needed = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "LANG"]
        var environment = ProcessInfo.processInfo.environment.filter { needed.contains($0.key) }
        // A crash is to be noticed at once, and not after a minute of symbols.
        environment["SWIFT_BACKTRACE"] = "enable=no"
        return environment
    }()

    private func ended(_ exit: Exit) {
        let waiters = state.withLock { state in
            state.exit = exit
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    var exit: Exit? { state.withLock(\.exit) }

    var id: Int32 { process.processIdentifier }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits for its end and for the last of its output.
    func exit(within limit: Duration) async throws -> Exit {
        let exit = try await eventually(
            "the end of \(process.executableURL?.lastPathComponent ?? "a program")", within: limit,
            every: .milliseconds(10), seen: { String(self.errors.text.suffix(2_000)) }
        ) { self.exit }
        try await eventually("the end of its output", within: .seconds(5), every: .milliseconds(5)) {
            output.isComplete && errors.isComplete ? true : nil
        }
        return exit
    }

    /// Kills it where it still runs, and waits until it is gone, also in a test that was cancelled.
    private func end() async {
        if exit == nil { send(SIGKILL) }
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.exit == nil { state.waiters.append(continuation) }
                return state.exit != nil
            }
            if isOver { continuation.resume() }
        }
    }
}

/// What a program writes into a pipe, read as it comes so that it never waits for us.
final class CollectedOutput: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isComplete = false
    }

    let pipe = Pipe()
    private let state = Mutex(State())

    /// Read by a thread that blocks, until the other end is closed.
    init() { Thread.detachNewThread { self.collect() } }

    private func collect() {
        while true {
            let data = pipe.fileHandleForReading.availableData
            state.withLock { state in
                state.bytes += data
                state.isComplete = data.isEmpty
            }
            if data.isEmpty { return }
        }
    }

    /// To be called where no program takes the other end.
    func abandon() { try? pipe.fileHandleForWriting.close() }

    /// Whether the other end is closed.
    var isComplete: Bool { state.withLock(\.isComplete) }
    var bytes: [UInt8] { state.withLock(\.bytes) }
    var text: String { String(decoding: bytes, as: UTF8.self) }
    /// The complete lines.
    var lines: [Substring] {
        let text = text
        guard let end = text.utf8.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        return text[..<end].split(separator: "\n")
    }
}
