import Health

extension Configuration {
    /// Which models of a list are watched although nobody named them.
    public struct Discovery: Sendable, Hashable {
        /// Name patterns, `*` for anything and `?` for one character; default `*`; key `include`.
        public var include: [String]
        /// Patterns that win over `include`; key `exclude`.
        public var exclude: [String]
        /// Between two readings of the list; default 5 m; key `interval`. Local runtimes have their own.
        public var interval: Duration

        /// Defaults: every name, read every five minutes.
        public init(include: [String] = ["*"], exclude: [String] = [], interval: Duration = .seconds(300)) {
            self.include = include
            self.exclude = exclude
            self.interval = interval
        }

        /// Nothing is watched unnamed.
        public static let none = Discovery(include: [])

        /// Whether nothing is watched unnamed.
        public var isOff: Bool { include.isEmpty }

        /// Whether a model of this name is watched.
        public func admits(_ name: String) -> Bool {
            include.contains { NamePattern($0).matches(name) } && !exclude.contains { NamePattern($0).matches(name) }
        }
    }
}

extension Configuration.Discovery {
    private static let listKeys: [Key<Configuration.Discovery>] = [
        Key(
            "include", \.include, .oneOrMore(.text(form: "pattern")),
            "name patterns; `*` is anything, `?` one character"),
        Key("exclude", \.exclude, .oneOrMore(.text(form: "pattern")), "patterns that win over `include`"),
    ]

    /// `true`, `false`, or the patterns.
    static func format(hasInterval: Bool) -> Format<Configuration.Discovery> {
        let interval = Key(
            "interval", \Configuration.Discovery.interval, .duration(.seconds(10)...(.seconds(86_400))),
            "between two readings of the list")
        let section = Section(
            "patterns", Configuration.Discovery(), hasInterval ? listKeys + [interval] : listKeys)
        let flag = Format<Bool>.flag
        return Format(
            shape: .either([.flag, .section(section.shape)]),
            read: { node, reader in
                if node.scalar != nil { return flag.read(node, &reader).map { $0 ? Configuration.Discovery() : .none } }
                return section.read(node, &reader)
            }, show: { $0.isOff ? "false" : "true" })
    }
}
