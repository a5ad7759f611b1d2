import Health

/// Makes what is watched out of what is written: providers, gateways and defaults put together.
struct ModelResolver {
    let configuration: Configuration
    /// Places of keys by path; empty for a configuration made in code.
    let origins: [String: Origin]
    private(set) var problems: [ConfigurationProblem] = []

    init(_ configuration: Configuration, origins: [String: Origin]) {
        self.configuration = configuration
        self.origins = origins
    }

    /// Notes a problem of a key; where the key was not written, of the nearest one above it.
    mutating func note(_ path: String, _ message: String, causes: [String] = []) {
        problems.append(ConfigurationProblem(origin(of: path), "\(path): \(message)", path: path, causes: causes))
    }

    func origin(of path: String) -> Origin {
        var path = Substring(path)
        while true {
            if let origin = origins[String(path)] { return origin }
            guard let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return .code }
            path = path[..<cut]
        }
    }

    // MARK: - Models

    /// Every model, switched-off ones included; a model with a problem is left out.
    mutating func models() -> [(config: ModelConfig, isEnabled: Bool)] {
        var models: [(ModelConfig, Bool)] = []
        var first: [ModelID: Int] = [:]
        for (index, model) in configuration.models.enumerated() {
            let path = "models[\(index)]"
            if let earlier = first[model.modelID] {
                noteDuplicate(model, path, of: configuration.models[earlier], "models[\(earlier)]")
                continue
            }
            first[model.modelID] = index
            if model.provider.isEmpty || model.modelID.rawValue.isEmpty { continue }
            if let config = config(of: model, path) { models.append((config, model.isEnabled)) }
        }
        return models
    }

    private mutating func noteDuplicate(
        _ model: Configuration.Model, _ path: String, of other: Configuration.Model, _ otherPath: String
    ) {
        let id = model.modelID
        let place = origin(of: otherPath)
        let there = place == .code ? otherPath : "in \(place)"
        if model.provider != other.provider, model.id == nil || other.id == nil {
            note(
                path,
                "the model '\(id)' is watched at '\(model.provider)' and, \(there), at '\(other.provider)'; "
                    + "give each an `id` of its own, such as \(model.provider)/\(id)")
        } else {
            note(path, "the model id '\(id)' is already taken \(there); write another `id` or remove one of them")
        }
    }

    private mutating func config(of model: Configuration.Model, _ path: String) -> ModelConfig? {
        guard let provider = provider(named: model.provider, "\(path).provider") else { return nil }
        let isOwn = !model.targets.isEmpty
        let list = isOwn ? model.targets : provider.settings.targets
        let listPath = isOwn ? "\(path).targets" : "\(provider.path).targets"
        var targets: [ModelTarget] = []
        var names: Set<String> = []
        if list.isEmpty {
            targets = [target(nil, of: provider, model, path)].compactMap(\.self)
        } else {
            for (index, entry) in list.enumerated() {
                let entryPath = "\(listPath)[\(index)]"
                if !names.insert(entry.name).inserted {
                    note("\(entryPath).name", "the target '\(entry.name)' is there twice; write another name")
                }
                if let made = target(entry, of: provider, model, entryPath) { targets.append(made) }
            }
        }
        checkNames(of: model, path)
        guard !targets.isEmpty else { return nil }
        let defaults = configuration.defaults
        var probe = ProbeConfig(
            modelId: model.modelID, prompt: model.prompt ?? defaults.prompt,
            maxTokens: model.maxTokens ?? defaults.maxTokens, temperature: model.temperature,
            timeout: model.timeout ?? defaults.timeout)
        probe.metadata.merge(model.metadata) { $1 }
        return ModelConfig(
            id: model.modelID, provider: model.provider, targets: targets, mode: model.mode,
            interval: model.interval ?? defaults.interval, probe: probe,
            streaming: model.streaming ?? defaults.streaming, checks: model.checks, capabilities: model.capabilities,
            localRuntime: provider.runtime, price: model.price ?? provider.settings.price,
            answersAs: model.answersAs, onOtherModel: model.onOtherModel)
    }

    private mutating func checkNames(of model: Configuration.Model, _ path: String) {
        var names: Set<String> = []
        for (index, check) in model.checks.enumerated() where !names.insert(check.name).inserted {
            note("\(path).checks[\(index)].name", "the check '\(check.name)' is there twice; write another name")
        }
    }

    // MARK: - Providers

    struct ResolvedProvider {
        var name: String
        var settings: Configuration.Provider
        var kind: ProviderKind
        /// Neither its name nor its settings say of which kind it is, so nothing but its address tells who it is.
        var isKindAssumed: Bool
        var gateway: Configuration.Gateway?
        var path: String
        var runtime: LocalRuntime? { kind.runtime }
    }

    /// The provider of a name: a declared one, or a local runtime under its own name.
    mutating func provider(named name: String, _ path: String) -> ResolvedProvider? {
        guard var settings = configuration.providers[name] ?? localProvider(named: name) else {
            let known = configuration.providers.keys + localNames
            note(
                path,
                "there is no provider '\(name)'; "
                    + (known.isEmpty ? "add it under `providers:`" : Spelling.hint(for: name, among: Array(known))),
                causes: ["providers", "local"])
            return nil
        }
        let path = "providers.\(name)"
        guard let kind = settings.kind.map({ ProviderKind($0) }) ?? ProviderKind(name) ?? .openAI else {
            let written = settings.kind ?? name
            let hint = Spelling.nearest(to: written, among: ProviderKind.allNames).map { "did you mean '\($0)'?" }
            note(
                "\(path).kind",
                "'\(written)' is no kind of provider; \(hint ?? "write openai for any OpenAI-compatible server")")
            return nil
        }
        var gateway: Configuration.Gateway?
        if let via = settings.via {
            gateway = configuration.gateways[via]
            guard gateway != nil else {
                let known = Array(configuration.gateways.keys)
                note(
                    "\(path).via",
                    "there is no gateway '\(via)'; "
                        + (known.isEmpty ? "add it under `gateways:`" : Spelling.hint(for: via, among: known)),
                    causes: ["gateways"])
                return nil
            }
        }
        if let runtime = kind.runtime {
            guard let local = configuration.local[runtime] else {
                note(
                    path,
                    "models of \(runtime.title) are probed only while they are loaded, so it must be watched; "
                        + "add `local: {\(runtime.profile.key): {}}`, or write `kind: openai` to probe it like any server",
                    causes: ["local"])
                return nil
            }
            if let url = settings.url, settings.via == nil,
                ProviderAddress.base(of: url) != ProviderAddress.base(of: local.url)
            {
                note(
                    "\(path).url",
                    "one \(runtime.title) is watched, at \(local.url); write `kind: openai` to probe this one like any server"
                )
                return nil
            }
            settings.url = settings.url ?? local.url
            settings.key = settings.key ?? local.token
        }
        return ResolvedProvider(
            name: name, settings: settings, kind: kind,
            isKindAssumed: settings.kind == nil && ProviderKind(name) == nil, gateway: gateway, path: path)
    }

    private func localProvider(named name: String) -> Configuration.Provider? {
        guard let runtime = ProviderKind(name)?.runtime, configuration.local[runtime] != nil else { return nil }
        return Configuration.Provider(kind: runtime.rawValue)
    }

    private var localNames: [String] {
        LocalRuntime.allCases.filter { configuration.local[$0] != nil }.map(\.rawValue)
    }
}

extension HTTPAddress {
    static func base(of text: String) -> String { (try? read(text).get())?.base ?? text }
}
