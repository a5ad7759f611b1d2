import ArgumentParser
import Health
import LLMHealth

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What planned work and a word to everybody have in common.
struct AnnouncementOptions: ParsableArguments {
    @Argument(help: "A few words that everybody sees.")
    var title: String

    @Option(help: "More on it.")
    var text: String?

    @Option(help: "When it begins, in RFC 3339, such as 2026-12-24T22:00:00+01:00; default now.")
    var from: String?

    @Option(help: "When it ends, in RFC 3339.")
    var until: String?

    @Option(name: .customLong("for"), help: "How long, such as 2h, in place of --until.")
    var duration: String?

    @Option(name: .customLong("model"), help: "A model's id or a pattern such as 'llama*', once for each; default all.")
    var models: [String] = []

    @OptionGroup var daemon: DaemonOptions

    @Flag(help: "Print JSON.")
    var json = false

    func add(as kind: AnnouncementDraft.Kind) async throws {
        let draft = AnnouncementDraft(
            title: title, text: text, from: from, until: until, duration: duration, models: models)
        let added = try await daemon.ask { client in try await client.add(draft, as: kind) }
        if json { return try Output.write(json: added) }
        let models = added.models.isEmpty ? "all models" : added.models.map(\.rawValue).joined(separator: ", ")
        let end = added.until.map { "until \($0.rfc3339)" } ?? "until it is taken back"
        Output.write(
            "\(added.title) (\(models)): from \(added.from.rfc3339) \(end); 'llm-health end \(added.id)' takes it back\n"
        )
    }
}

struct Maintenance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plan work: no traffic to its models and no alerts of them meanwhile; probes go on.",
        discussion: """
            Needs --for or --until, and a token with the scope 'admin' where there are tokens. Reports tell uptime with \
            and without planned work. Exit code: 0 planned, 2 wrong use, 3 no daemon, or it refuses.
            """)

    @OptionGroup var options: AnnouncementOptions

    func validate() throws {
        guard options.until != nil || options.duration != nil else {
            throw ValidationError("planned work has an end: add --for or --until")
        }
    }

    func run() async throws { try await options.add(as: .maintenance) }
}

struct Announce: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell everybody something, on the dashboard and the status page.",
        discussion: """
            Needs a token with the scope 'admin' where there are tokens. Exit code: 0 told, 2 wrong use, 3 no daemon, \
            or it refuses.
            """)

    @OptionGroup var options: AnnouncementOptions

    func run() async throws { try await options.add(as: .announcement) }
}

struct Notices: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List what was said with ack, silence, pause, maintenance and announce, and is not over.",
        discussion: "Exit code: 0 listed, 2 wrong use, 3 no daemon.")

    @OptionGroup var daemon: DaemonOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let said = try await daemon.ask { client in try await client.notices() }
        if json { return try Output.write(json: said) }
        Output.write(lines: said.lines(for: Output.terminal, at: Date()))
    }
}

struct End: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "End one thing that was said, by the id that 'notices' lists.",
        discussion: """
            Work that has begun ends now and stays part of the past. What the configuration says is ended there. Needs \
            a token with the scopes 'read' and 'admin' where there are tokens. Exit code: 0 ended, 2 wrong use, 3 no \
            daemon.
            """)

    @Argument(help: "The id.")
    var id: String

    @OptionGroup var daemon: DaemonOptions

    func run() async throws {
        let id = id
        let kind = try await daemon.ask { client in try await client.end(id) }
        Output.write("\(id): \(kind) ended\n")
    }
}
