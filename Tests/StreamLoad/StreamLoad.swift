import Foundation
import NIOCore
import NIOPosix

/// What the live stream costs: `swift run -c release stream-load CLIENTS EVENTS SECONDS [STALLED]`
///
/// Starts a server of its own as another process, which publishes events at a steady pace, and reads them over so many
/// WebSockets. An event carries the monotonic time of its publication, which both processes share.
@main
struct StreamLoad {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == "serve", arguments.count == 4, let rate = Int(arguments[1]),
            let models = Int(arguments[2]),
            let delay = Double(arguments[3])
        {
            return try await LoadServer(rate: rate, models: models, delay: .seconds(delay)).run()
        }
        let numbers = arguments.compactMap { Int($0) }
        guard numbers.count == arguments.count, (3...4).contains(numbers.count) else {
            print("usage: stream-load CLIENTS EVENTS-A-SECOND SECONDS [CLIENTS-THAT-STOP-READING]")
            exit(2)
        }
        try await measure(
            clients: numbers[0], rate: numbers[1], seconds: numbers[2], stalled: numbers.count > 3 ? numbers[3] : 0)
    }

    private static func measure(clients: Int, rate: Int, seconds: Int, stalled: Int) async throws {
        let server = try await ServerProcess.start(rate: rate, models: 200)
        defer { server.stop() }
        let before = server.memory
        let group = MultiThreadedEventLoopGroup.singleton
        let clock = ContinuousClock()
        let readers = try await connect(clients, to: server.port, on: group)
        var stopped: [any Channel] = []
        for reader in try await connect(stalled, to: server.port, on: group) {
            try await reader.channel.setOption(.autoRead, value: false).get()
            stopped.append(reader.channel)
        }
        print("\(clients) readers, \(stalled) that do not read, \(rate) events/s, \(seconds) s")
        print("server RSS before \(before.now) MB, with all connected \(server.memory.now) MB")
        // The first second is the connections' own; those that do not read take some until they are full.
        try await clock.sleep(for: .seconds(stalled > 0 ? 5 : 1))
        for reader in readers { _ = try await reader.take() }
        let ticksBefore = server.processorTicks
        let begun = clock.now
        var highest = 0
        var latencies = LatencyCounts()
        for second in 1...seconds {
            try await clock.sleep(for: .seconds(1))
            highest = max(highest, server.memory.now)
            guard second % (stalled > 0 ? 5 : 10) == 0 || second == seconds else { continue }
            var recent = LatencyCounts()
            for reader in readers { recent.add(try await reader.take()) }
            print(
                "after \(second) s: p50 \(recent.quantile(0.5)) ms, p99 \(recent.quantile(0.99)) ms, "
                    + "\(server.descriptors) descriptors")
            latencies.add(recent)
        }
        let elapsed = (clock.now - begun) / .seconds(1)
        let share = Double(server.processorTicks - ticksBefore) / elapsed
        print("delivered \(Int(Double(latencies.count) / elapsed)) a second, \(latencies.holes) holes")
        print(
            "delivery p50 \(latencies.quantile(0.5)) ms, p90 \(latencies.quantile(0.9)) ms, p99 "
                + "\(latencies.quantile(0.99)) ms, p99.9 \(latencies.quantile(0.999)) ms, max \(latencies.quantile(1)) ms"
        )
        print(
            "server RSS \(server.memory.now) MB at the end, \(highest) MB at the most; "
                + "\(Int(share)) % of a core; \(server.descriptors) descriptors open")
        for channel in stopped { channel.close(promise: nil) }
        for reader in readers { reader.channel.close(promise: nil) }
    }

    private static func connect(_ count: Int, to port: Int, on group: any EventLoopGroup) async throws -> [Reader] {
        var readers: [Reader] = []
        for _ in 0..<count { readers.append(try await Reader.connect(port: port, on: group)) }
        return readers
    }
}
