/// Everything a configuration is read from, so that it can be read again the same way.
///
/// It holds the environment, and with it perhaps secrets: it prints as nothing but its paths.
public struct ConfigurationSource: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// YAML files and folders of them, in order; empty for what answers on the usual ports.
    public var paths: [String]
    /// The variables that the configuration may name.
    public var environment: [String: String]
    /// Arguments of the command line, which win over files and environment.
    public var overrides: [ConfigurationOverride]
    /// Portkey-style files beside those of the key `import`.
    public var imports: [String]

    /// `paths`: the files, of which later ones win.
    public init(
        paths: [String] = [], environment: [String: String] = [:], overrides: [ConfigurationOverride] = [],
        imports: [String] = []
    ) {
        self.paths = paths
        self.environment = environment
        self.overrides = overrides
        self.imports = imports
    }

    /// Reads it, again if need be; see ``Configuration/load(paths:environment:overrides:imports:)``.
    public func load() throws(ConfigurationError) -> Configuration {
        try Configuration.load(paths: paths, environment: environment, overrides: overrides, imports: imports)
    }

    public var description: String { paths.isEmpty ? "(no file)" : paths.joined(separator: ", ") }
    public var customMirror: Mirror { Mirror(self, children: ["paths": paths]) }
}
