import Health
import LLMHealth

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where the program meets the process: standard output and error, the environment, the end.
enum Output {
    static func write(_ text: String) { write(text, to: STDOUT_FILENO) }
    static func writeError(_ text: String) { write(text, to: STDERR_FILENO) }

    static func write(lines: [String]) { write(lines.map { $0 + "\n" }.joined()) }

    static func write(json value: some Encodable) throws {
        write(String(decoding: try HealthJSON.encoder(pretty: true).encode(value), as: UTF8.self) + "\n")
    }

    static var environment: [String: String] { ProcessInfo.processInfo.environment }
    static var terminal: Terminal { Terminal.standardOutput(environment: environment) }

    /// Standard error, where progress is shown.
    static var errorTerminal: Terminal { Terminal.standardError(environment: environment) }

    static func exit(_ code: Int32) -> Never {
        #if canImport(Glibc)
        Glibc.exit(code)
        #elseif canImport(Musl)
        Musl.exit(code)
        #else
        Darwin.exit(code)
        #endif
    }

    /// Unbuffered, so that a line is out when the process ends or is killed.
    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { buffer in
                #if canImport(Glibc)
                Glibc.write(descriptor, buffer.baseAddress, buffer.count)
                #elseif canImport(Musl)
                Musl.write(descriptor, buffer.baseAddress, buffer.count)
                #else
                Darwin.write(descriptor, buffer.baseAddress, buffer.count)
                #endif
            }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR {
                // Nobody reads any more; there is no one to tell.
                return
            }
        }
    }
}
