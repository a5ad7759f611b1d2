import Health

extension Configuration {
    /// A file in Portkey's form whose models are watched.
    public struct Import: Sendable, Hashable {
        /// Path, relative to the file that names it; key `file`.
        public var file: String
        /// The gateway that its models are reached through; default the only gateway, else directly; key `via`.
        public var via: String?

        /// `via`: the gateway that its models are reached through; `nil` for none.
        public init(file: String, via: String? = nil) {
            self.file = file
            self.via = via
        }
    }
}

extension Configuration.Import {
    static let section = Section(
        "an import", Configuration.Import(file: ""),
        [
            Key(
                "file", \.file, .path(), "a Portkey-style `config.json`: providers and routes, or strategy and targets",
                isRequired: true),
            Key(
                "via", optional: \.via, .text(form: "a key of `gateways`"), "how its models are reached",
                standard: "the only gateway, else directly"),
        ])

    static var format: Format<Configuration.Import> {
        let path = Format<String>.path()
        return Format(
            shape: .either([path.shape, .section(section.shape)]),
            read: { node, reader in
                if node.scalar != nil { return path.read(node, &reader).map { Configuration.Import(file: $0) } }
                return section.read(node, &reader)
            }, show: { _ in nil })
    }
}
