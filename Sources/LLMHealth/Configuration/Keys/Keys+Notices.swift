import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Configuration.StatusPage {
    static let section = Section(
        "the status page", Configuration.StatusPage(),
        check: { page, node, reader in
            if page.isEnabled, page.groups.isEmpty {
                reader.note(node, "shows nothing; name models in `groups`")
            }
        },
        [
            Key("enabled", \.isEnabled, .flag, "whether there is one"),
            Key("title", \.title, .text, "its headline"),
            Key("text", optional: \.text, .text, "a few words under the title"),
            Key("url", optional: \.url, .url, "where its readers find it, which its feeds link to"),
            Key("groups", \.groups, .list(Group.section.format), "what it shows, in this order"),
            Key(
                "names", \.names, .map(of: .text, name: "model"),
                "what models are called there, where not by their own name"),
        ])
}

extension Configuration.StatusPage.Group {
    static let section = Section(
        "a group", Configuration.StatusPage.Group(name: "", models: []),
        [
            Key("name", \.name, .text, "its heading", isRequired: true),
            Key(
                "models", \.models, .list(.text(form: "name or pattern")),
                "names, with `*` and `?` for any characters", isRequired: true),
            Key("showModels", \.showsModels, .flag, "a line for each model, or one for all of them"),
        ])
}

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
