public import Health

extension Configuration {
    /// The models to watch: those that are switched on, with everything they take from provider, gateway and defaults.
    ///
    /// - Throws: what does not fit together; a configuration that was loaded has been checked already.
    public func modelConfigs() throws(ConfigurationError) -> [ModelConfig] {
        var resolver = ModelResolver(self, origins: [:])
        let models = resolver.models()
        guard resolver.problems.isEmpty else { throw ConfigurationError(resolver.problems) }
        return models.filter(\.isEnabled).map(\.config)
    }

    /// The models that are written and switched off.
    public var disabledModels: [ModelID] { models.filter { !$0.isEnabled }.map(\.modelID) }

    /// The lists of models that are read so that unnamed ones are watched too.
    ///
    /// - Throws: what does not fit together, as ``modelConfigs()``.
    public func discoverySources() throws(ConfigurationError) -> [DiscoverySource] {
        var resolver = ModelResolver(self, origins: [:])
        let sources = resolver.discoverySources()
        guard resolver.problems.isEmpty else { throw ConfigurationError(resolver.problems) }
        return sources
    }
}

/// A list of models somewhere, and which of them are watched.
public struct DiscoverySource: Sendable, Hashable {
    /// Whose list it is.
    public enum Place: Sendable, Hashable {
        /// `GET /v1/models` at a provider, or at a gateway with the provider's route.
        case provider(String)
        /// `GET /v1/models` at LiteLLM or a hosted Portkey: the gateway's own list.
        case gateway(String)
        /// What a local runtime says of itself.
        case runtime(LocalRuntime)
    }

    /// Whose list it is.
    public var place: Place
    /// Which of its names are watched.
    public var filter: Configuration.Discovery
    /// Where the list is read and its models are probed, all but the model's name.
    public var target: ModelTarget
    /// The provider's name in statuses.
    public var provider: String
    let standard: ModelConfig

    /// The model of an upstream name in this list; `nil` when the filter leaves it out.
    ///
    /// - Parameters:
    ///   - name: the upstream name.
    ///   - mode: what the list says it is for.
    ///   - isTaken: whether an id belongs to another model already; then it becomes `provider/name`.
    public func modelConfig(
        for name: String, mode: ModelConfig.Mode = .chat, isTaken: (ModelID) -> Bool
    ) -> ModelConfig? {
        guard filter.admits(name) else { return nil }
        let plain = ModelID(name)
        var model = standard
        model.id = isTaken(plain) ? ModelID("\(provider)/\(name)") : plain
        model.probe.modelId = model.id
        model.mode = mode
        model.targets[0].model = name
        if case .gateway = place, name.hasPrefix("@"), let slash = name.firstIndex(of: "/") {
            model.provider = String(name[name.index(after: name.startIndex)..<slash])
        }
        return model
    }
}

extension ModelResolver {
    mutating func discoverySources() -> [DiscoverySource] {
        var sources: [DiscoverySource] = []
        for (name, gateway) in configuration.gateways.sorted(by: { $0.key < $1.key }) where gateway.hasOwnList {
            guard let filter = gateway.discover, !filter.isOff else { continue }
            let isPortkey = gateway.kind == .portkey
            let target = ModelTarget(
                baseURL: HTTPAddress.base(of: gateway.url), model: "", key: isPortkey ? nil : gateway.apiKey,
                headers: gateway.headers,
                gateway: GatewayRoute(
                    gateway: name, kind: isPortkey ? .portkey : .litellm, apiKey: isPortkey ? gateway.apiKey : nil,
                    isHosted: isPortkey))
            sources.append(source(.gateway(name), filter, target, provider: name, price: nil))
        }
        for (name, settings) in configuration.providers.sorted(by: { $0.key < $1.key }) {
            // A local runtime is asked about its models below, and tells more than a list.
            guard let resolved = provider(named: name, "providers.\(name)"), resolved.runtime == nil else { continue }
            let inherited = resolved.gateway.flatMap { $0.hasOwnList ? nil : $0.discover }
            guard let filter = settings.discover ?? inherited, !filter.isOff,
                let target = target(settings.targets.first, of: resolved, model: "", resolved.path)
            else { continue }
            var only = target
            only.name = TargetName.default
            sources.append(source(.provider(name), filter, only, provider: name, price: settings.price))
        }
        for runtime in LocalRuntime.allCases {
            guard let local = configuration.local[runtime], !local.discover.isOff else { continue }
            let target = ModelTarget(
                dialect: runtime.profile.dialect, baseURL: HTTPAddress.base(of: local.url), model: "",
                key: local.token)
            var source = source(.runtime(runtime), local.discover, target, provider: runtime.rawValue, price: nil)
            source.filter.interval = configuration.local.interval
            sources.append(source)
        }
        return sources
    }

    private func source(
        _ place: DiscoverySource.Place, _ filter: Configuration.Discovery, _ target: ModelTarget, provider: String,
        price: TokenPrice?
    ) -> DiscoverySource {
        let defaults = configuration.defaults
        let runtime: LocalRuntime? = if case .runtime(let runtime) = place { runtime } else { nil }
        let standard = ModelConfig(
            id: "", provider: provider, targets: [target], interval: defaults.interval,
            probe: ProbeConfig(
                modelId: "", prompt: defaults.prompt, maxTokens: defaults.maxTokens, timeout: defaults.timeout),
            streaming: defaults.streaming, localRuntime: runtime, price: price, isDiscovered: true)
        return DiscoverySource(place: place, filter: filter, target: target, provider: provider, standard: standard)
    }
}
