import ArgumentParser
import Health
import LLMHealth

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the commands that say something of a model have in common.
struct NoticeOptions: ParsableArguments {
    @Argument(help: "The model's id.")
    var id: String

    @OptionGroup var daemon: DaemonOptions

    @Option(help: "Why; shown wherever the model is shown.")
    var reason = ""

    @Flag(help: "Print JSON.")
    var json = false

    func say(_ kind: Notice.Kind, for duration: String?) async throws {
        let (id, reason) = (ModelID(id), reason)
        let notice = try await daemon.ask { client in
            try await client.say(kind, of: id, for: duration, reason: reason)
        }
        if json { return try Output.write(json: notice) }
        let end = notice.until.map { "until \($0.rfc3339)" } ?? "until it is healthy again"
        Output.write("\(notice.modelId): \(kind == .acknowledge ? "acknowledged" : kind.rawValue + "d") \(end)\n")
    }
}

struct Acknowledge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack",
        abstract: "Say that somebody takes care of a model: no more alerts until it is healthy again.",
        discussion:
            "Needs a token with the scope 'admin' where there are tokens. Exit code: 0 said, 2 wrong use, 3 no daemon.")

    @OptionGroup var options: NoticeOptions

    @Option(name: .customLong("for"), help: "At most so long, such as 2h.")
    var duration: String?

    func run() async throws { try await options.say(.acknowledge, for: duration) }
}

struct Silence: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "No alerts of a model for a while; probes go on.",
        discussion:
            "Needs a token with the scope 'admin' where there are tokens. Exit code: 0 said, 2 wrong use, 3 no daemon.")

    @OptionGroup var options: NoticeOptions

    @Option(name: .customLong("for"), help: "How long, such as 1h.")
    var duration: String

    func run() async throws { try await options.say(.silence, for: duration) }
}

struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "No traffic to a model and no alerts of it for a while; probes go on.",
        discussion:
            "Needs a token with the scope 'admin' where there are tokens. Exit code: 0 said, 2 wrong use, 3 no daemon.")

    @OptionGroup var options: NoticeOptions

    @Option(name: .customLong("for"), help: "How long, such as 1h.")
    var duration: String

    func run() async throws { try await options.say(.pause, for: duration) }
}

struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "End what was said of a model with ack, silence or pause.",
        discussion:
            "Needs a token with the scopes 'read' and 'admin' where there are tokens. Exit code: 0 ended, 2 wrong use, 3 no daemon."
    )

    @Argument(help: "The model's id.")
    var id: String

    @OptionGroup var daemon: DaemonOptions

    func run() async throws {
        let id = ModelID(id)
        let ended = try await daemon.ask { client in
            let notices = try await client.notices().notices.filter { $0.modelId == id }
            for notice in notices { try await client.end(notice) }
            return notices
        }
        Output.write(
            ended.isEmpty
                ? "\(id): it has no such notice\n"
                : "\(id): \(ended.map(\.kind.rawValue).joined(separator: ", ")) ended\n")
    }
}
