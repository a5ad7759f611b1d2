import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Announcement {
    private static let blank = Announcement(id: "", title: "", from: Date(timeIntervalSince1970: 0), until: nil)

    private static let common: [Key<Announcement>] = [
        Key("title", \.title, .text, "one line", isRequired: true),
        Key("text", \.text, .text, "more of it"),
    ]
    private static let about = Key<Announcement>(
        "models", \.models, .list(.model), "names, with `*` and `?` for any characters; none for all")

    static let maintenanceSection = Section(
        "planned work", blank,
        check: { work, node, reader in
            if work.until == nil { reader.note(node, "has no end; write `until`") }
            check(work, node, &reader)
        },
        common + [
            Key("from", \.from, .time, "its beginning", isRequired: true),
            Key("until", optional: \.until, .time, "its end", standard: "none: it must be written"),
            about,
        ])

    static let announcementSection = Section(
        "an announcement", blank, check: check,
        common + [
            Key("from", \.from, .time, "from when it is shown", isRequired: true),
            Key("until", optional: \.until, .time, "until when it is shown", standard: "for ever"),
            about,
        ])

    private static let check: @Sendable (Announcement, ConfigurationNode, inout ConfigurationReader) -> Void = {
        announcement, node, reader in
        if let until = announcement.until, until <= announcement.from {
            reader.within("until") { $0.note(node["until"] ?? node, "`until` must be later than `from`") }
        }
    }
}

extension Format where Value == ModelID {
    /// A model's name, or a pattern.
    static var model: Format {
        let text = Format<String>.text(form: "name or pattern")
        return Format(
            shape: text.shape, read: { node, reader in text.read(node, &reader).map { ModelID($0) } },
            show: { $0.rawValue })
    }
}
