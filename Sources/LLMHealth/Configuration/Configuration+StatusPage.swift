import Health
import Web

extension Configuration {
    /// A page for everybody: it shows what is named here, and nothing else.
    public struct StatusPage: Sendable, Hashable {
        /// Models that are shown together.
        public struct Group: Sendable, Hashable {
            /// Key `name`.
            public var name: String
            /// Names or patterns; key `models`.
            public var models: [String]
            /// Whether each model has a line of its own, or the group one for all; default true; key `showModels`.
            public var showsModels: Bool

            /// `models`: name patterns, `*` for anything.
            public init(name: String, models: [String], showsModels: Bool = true) {
                self.name = name
                self.models = models
                self.showsModels = showsModels
            }
        }

        /// Default false; key `enabled`.
        public var isEnabled: Bool
        /// Default `Model status`; key `title`.
        public var title: String
        /// A few words under the title; key `text`.
        public var text: String?
        /// Where the page is for its readers, which its feeds link to; key `url`.
        public var url: String?
        /// In the order they are shown; key `groups`.
        public var groups: [Group]
        /// What models are called there, where not by their own name; key `names`.
        public var names: [String: String]

        /// Defaults as the properties say.
        public init(
            isEnabled: Bool = false, title: String = "Model status", text: String? = nil, url: String? = nil,
            groups: [Group] = [], names: [String: String] = [:]
        ) {
            self.isEnabled = isEnabled
            self.title = title
            self.text = text
            self.url = url
            self.groups = groups
            self.names = names
        }
    }
}

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

extension StatusPage {
    /// `nil` where the page is off.
    init?(_ page: Configuration.StatusPage) {
        guard page.isEnabled else { return nil }
        self.init(
            title: page.title, text: page.text ?? "", url: page.url,
            groups: page.groups.map {
                Group(name: $0.name, models: $0.models.map { NamePattern($0) }, showsModels: $0.showsModels)
            },
            names: Dictionary(uniqueKeysWithValues: page.names.map { (ModelID($0), $1) }))
    }
}
