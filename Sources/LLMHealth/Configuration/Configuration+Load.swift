import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Configuration {
    /// Reads files, folders of them, environment and overrides into one configuration that has been checked whole.
    ///
    /// Nothing but the files is read; everything else is passed in. Later sources win over earlier ones in the order
    /// files, environment, `overrides`; among files two values for one key are an error.
    ///
    /// - Parameters:
    ///   - paths: YAML files, or folders whose `*.yaml` and `*.yml` are read in the order of their names. Without any,
    ///     the local runtimes and a Portkey gateway on their usual ports are watched if they answer.
    ///   - environment: for `${VAR}`, `{env: VAR}`, `LLM_HEALTH_…` overrides, `HTTPS_PROXY` and `NO_PROXY`.
    ///   - overrides: arguments of the command line.
    ///   - imports: Portkey-style files beside those of the key `import`.
    /// - Throws: every problem there is, each with its file, line and column.
    public static func load(
        paths: [String], environment: [String: String], overrides: [ConfigurationOverride] = [], imports: [String] = []
    ) throws(ConfigurationError) -> Configuration {
        var loader = ConfigurationLoader(environment: environment)
        guard let configuration = loader.load(paths: paths, overrides: overrides, imports: imports) else {
            throw ConfigurationError(loader.problems)
        }
        return configuration
    }
}

/// The steps from files to a configuration; a step that would only repeat earlier problems is left out.
private struct ConfigurationLoader {
    let environment: [String: String]
    var problems: [ConfigurationProblem] = []
    private var secrets: [Secret] = []
    private var files: [String] = []

    init(environment: [String: String]) { self.environment = environment }

    /// What is watched when nobody says anything.
    private static let standard = """
        gateways: {portkey: {optional: true}}
        local:
        """
        + LocalRuntime.allCases.filter(\.profile.isStandard).map { "\n  \($0.profile.key): {optional: true}" }.joined()

    mutating func load(
        paths: [String], overrides: [ConfigurationOverride], imports: [String]
    ) -> Configuration? {
        guard var root = readFiles(paths) else { return nil }
        let shape = Shape.section(Configuration.section.shape)

        var variables = Variables(environment)
        root = variables.expand(root)
        problems += variables.problems
        secrets += variables.values.map { Secret($0) }

        var writer = OverrideWriter()
        let fromEnvironment = ConfigurationOverride.all(in: environment, known: shape, problems: &problems)
        for override in fromEnvironment + overrides { writer.apply(override, to: &root, shape: shape) }
        problems += writer.problems

        readImports(into: &root, beside: imports)

        var reader = ConfigurationReader(environment: environment)
        let decoded = Configuration.section.read(root, &reader)
        problems += reader.problems
        guard var configuration = decoded else { return nil }
        if reader.origins["network.proxy"] == nil { takeProxy(into: &configuration) }
        configuration.files = files + reader.files

        // References are looked at even when something else is wrong, so that all is told at once; but what follows
        // from a problem that is known already is not.
        var check = ConfigurationCheck(configuration, origins: reader.origins)
        check.run()
        let broken = problems.compactMap(\.path) + reader.broken
        problems += check.problems.filter { !$0.isConsequence(of: broken) }
        problems = problems.map { $0.redacting(secrets + reader.secrets) }
        return problems.isEmpty ? configuration : nil
    }

    private mutating func readFiles(_ paths: [String]) -> ConfigurationNode? {
        if paths.isEmpty { return YAMLText.read(Self.standard, file: "(built in)").root }
        var root = ConfigurationNode(.map([]), Origin(file: paths[0]))
        var isReadable = true
        for file in paths.flatMap({ expand($0) }) {
            guard let text = read(file, as: "configuration") else {
                isReadable = false
                continue
            }
            let (node, found) = YAMLText.read(text, file: file)
            problems += found
            guard let node else {
                isReadable = false
                continue
            }
            guard node.entries != nil else {
                problems.append(
                    ConfigurationProblem(node.origin, "holds \(node.kind); a configuration is a map, such as 'models:'")
                )
                isReadable = false
                continue
            }
            root = root.merging(node, path: "", problems: &problems)
        }
        return isReadable ? root : nil
    }

    private mutating func expand(_ path: String) -> [String] {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            problems.append(
                ConfigurationProblem(Origin(file: path), "there is no such file; check the path given with --config"))
            return []
        }
        guard isFolder else { return [path] }
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
            .filter { ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) && !$0.hasPrefix(".") }
            .sorted()
        if names.isEmpty {
            problems.append(
                ConfigurationProblem(Origin(file: path), "the folder holds no *.yaml; put a configuration there"))
        }
        return names.map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
    }

    private mutating func read(_ file: String, as what: String) -> String? {
        files.append(file)
        return ConfigurationText.read(file, as: what, problems: &problems)
    }

    /// Adds the providers and models of Portkey's files, in the shape of our own.
    private mutating func readImports(into root: inout ConfigurationNode, beside arguments: [String]) {
        var reader = ConfigurationReader(environment: environment)
        var imports: [Configuration.Import] = []
        if let node = root["import"], !node.isNothing {
            let list = reader.within("import") {
                Format<[Configuration.Import]>.oneOrMore(Configuration.Import.format).read(node, &$0)
            }
            // Its problems come up again when the whole is read.
            if reader.problems.isEmpty { imports = list ?? [] }
        }
        let argument = Origin(.argument("--models"))
        imports += arguments.map { Configuration.Import(file: $0) }
        for item in imports {
            guard let text = read(item.file, as: "import") else { continue }
            let (node, found) = YAMLText.read(text, file: item.file)
            problems += found
            guard let node else { continue }
            var variables = Variables(environment)
            var source = PortkeyImport(item, into: root, environment: environment)
            let expanded = variables.expand(node)
            let addition = source.read(expanded)
            problems += variables.problems + source.problems
            secrets += variables.values.map { Secret($0) }
            if let addition { root = root.merging(addition, path: "", problems: &problems) }
        }
        if !arguments.isEmpty {
            let nodes = arguments.map { ConfigurationNode(text: $0, argument) }
            let written = root["import"]
            root["import"] = ConfigurationNode(.list((written?.items ?? written.map { [$0] } ?? []) + nodes), argument)
        }
    }

    /// The conventional variables, where the file says nothing; in lower case they win, as everywhere.
    private mutating func takeProxy(into configuration: inout Configuration) {
        for name in ["https_proxy", "HTTPS_PROXY"] {
            guard let text = environment[name], !text.isEmpty else { continue }
            switch Configuration.Proxy.read(text) {
            case .success(let proxy): configuration.network.proxy = proxy
            case .failure(let problem):
                problems.append(ConfigurationProblem(Origin(.variable(name)), "the proxy \(problem.text)"))
            }
            break
        }
        guard configuration.network.noProxy.isEmpty, let text = environment["no_proxy"] ?? environment["NO_PROXY"]
        else { return }
        configuration.network.noProxy = text.split(separator: ",").map { $0.filter { !$0.isWhitespace } }.filter {
            !$0.isEmpty
        }
    }
}
