import Health

/// Turns a Portkey-style file into providers and models in the shape of our own configuration.
///
/// Two shapes are known: a list of `providers` with `routes` that name models, and a gateway config whose targets name
/// theirs in `override_params.model`; one file may hold both. What only steers requests (retries, caches, weights) is
/// left alone. Every node keeps its place in the file, so later problems point there.
struct PortkeyImport {
    private(set) var problems: [ConfigurationProblem] = []
    private(set) var endpoints: [String: Endpoint] = [:]
    private(set) var order: [String] = []
    private(set) var finds: [Find] = []
    let root: ConfigurationNode
    let via: String?
    private let environment: [String: String]

    /// How a provider is reached.
    struct Endpoint {
        var origin: Origin
        var kind: ConfigurationNode?
        var access = Access()
    }
    struct Access {
        var key: ConfigurationNode?
        var virtualKey: ConfigurationNode?
        var url: ConfigurationNode?

        var isEmpty: Bool { key == nil && virtualKey == nil && url == nil }
        var identity: [String?] { [key, virtualKey, url].map { $0?.scalar?.text } }
    }
    /// A model that the file names.
    struct Find {
        var provider: String
        var model: ConfigurationNode
        var access: Access
        var name: ConfigurationNode?
        var capabilities: ConfigurationNode?
        var modelName: String { model.scalar?.text ?? "" }
    }

    /// - Parameters:
    ///   - root: what is configured so far, which wins over the file.
    ///   - environment: for `__NAME__` placeholders, which deployment scripts fill in.
    init(_ item: Configuration.Import, into root: ConfigurationNode, environment: [String: String]) {
        self.root = root
        self.environment = environment
        let gateways = root["gateways"]?.entries?.map(\.key) ?? []
        via = item.via ?? (gateways.count == 1 ? gateways[0] : nil)
    }

    /// - Returns: what to merge into the configuration; `nil` when the file is of no known shape.
    mutating func read(_ file: ConfigurationNode) -> ConfigurationNode? {
        guard file.entries != nil else {
            note(file.origin, "holds \(file.kind); a Portkey-style file is a map")
            return nil
        }
        let hasList = file["providers"] != nil || file["routes"] != nil
        let targets = file.targets
        guard hasList || targets != nil || file["provider"] != nil else {
            note(
                file.origin,
                "is of no known shape: neither 'providers' and 'routes' nor 'strategy' and 'targets' are there")
            return nil
        }
        if let providers = file["providers"] { readProviders(providers) }
        if let routes = file["routes"] { readRoutes(routes) }
        if targets != nil || !hasList { readTarget(file, inherited: Inherited()) }
        if finds.isEmpty, problems.isEmpty { note(file.origin, "names no models; add them to its routes or targets") }
        return addition(at: file.origin)
    }

    private mutating func note(_ origin: Origin, _ message: String) {
        problems.append(ConfigurationProblem(origin, message))
    }

    // MARK: - Providers and routes

    private mutating func readProviders(_ node: ConfigurationNode) {
        for (name, provider) in named(node, what: "providers", by: ["id", "name"]) {
            let url = provider.first(
                of: "baseURL", "baseUrl", "base_url", "url", "endpoint", "custom_host", "customHost")
            var endpoint = Endpoint(origin: provider.origin, kind: provider.first(of: "provider", "type", "kind"))
            endpoint.access = access(of: provider, url: url)
            add(endpoint, named: name)
            guard let models = provider["models"] else { continue }
            readModels(models, of: name, capabilities: provider["capabilities"])
        }
    }

    private mutating func readRoutes(_ node: ConfigurationNode) {
        for (_, route) in named(node, what: "routes", by: ["name", "id"], needsName: false) {
            if route.targets != nil {
                readTarget(route, inherited: Inherited())
                continue
            }
            guard let provider = route.first(of: "provider", "provider_id", "providerId")?.scalar?.text else {
                note(route.origin, "this route names no 'provider'; add it, or give it 'targets'")
                continue
            }
            guard let models = route.first(of: "models", "model") else {
                note(route.origin, "this route names no 'models'; add them")
                continue
            }
            if endpoints[provider] == nil { add(Endpoint(origin: route.origin), named: provider) }
            readModels(models, of: provider, capabilities: route["capabilities"])
        }
    }

    /// A list of maps that name themselves, or a map by name.
    private mutating func named(
        _ node: ConfigurationNode, what: String, by keys: [String], needsName: Bool = true
    ) -> [(String, ConfigurationNode)] {
        switch node.content {
        case .map(let entries):
            return entries.filter { !$0.value.isNothing }.compactMap { entry in
                if case .map = entry.value.content { return (entry.key, entry.value) }
                note(entry.value.origin, "'\(what)' holds maps, not \(entry.value.kind)")
                return nil
            }
        case .list(let items):
            return items.compactMap { item in
                guard case .map = item.content else {
                    note(item.origin, "'\(what)' holds maps, not \(item.kind)")
                    return nil
                }
                let name = keys.lazy.compactMap { item[$0]?.scalar?.text }.first
                if name == nil, needsName { note(item.origin, "an entry of '\(what)' needs an 'id'") }
                return (name ?? "", item)
            }.filter { !needsName || !$0.0.isEmpty }
        default:
            note(node.origin, "'\(what)' takes a list or a map, not \(node.kind)")
            return []
        }
    }

    private mutating func readModels(
        _ node: ConfigurationNode, of provider: String, capabilities: ConfigurationNode?
    ) {
        let items: [ConfigurationNode]
        switch node.content {
        case .list(let list): items = list
        case .map(let entries):
            items = entries.map { entry in
                if case .map = entry.value.content, entry.value.first(of: "id", "name", "model") != nil {
                    return entry.value
                }
                return ConfigurationNode(text: entry.key, entry.keyOrigin)
            }
        default: items = [node]
        }
        for item in items {
            guard let model = item.scalar != nil ? item : item.first(of: "id", "name", "model"),
                model.scalar?.text.isEmpty == false
            else {
                note(item.origin, "a model is a name, or a map with an 'id'")
                continue
            }
            finds.append(
                Find(
                    provider: provider, model: model, access: Access(), name: nil,
                    capabilities: item["capabilities"] ?? capabilities))
        }
    }

    // MARK: - Gateway configs

    private struct Inherited {
        var provider: ConfigurationNode?
        var model: ConfigurationNode?
        var access = Access()
        var depth = 0
    }

    private mutating func readTarget(_ node: ConfigurationNode, inherited: Inherited) {
        guard node.entries != nil, inherited.depth < 8 else {
            note(node.origin, "a target is a map, not \(node.kind)")
            return
        }
        var inner = inherited
        inner.depth += 1
        inner.provider = node["provider"] ?? inherited.provider
        inner.model = node["override_params"]?["model"] ?? node["overrideParams"]?["model"] ?? inherited.model
        let own = access(of: node, url: node.first(of: "custom_host", "customHost"))
        inner.access.key = own.key ?? inherited.access.key
        inner.access.virtualKey = own.virtualKey ?? inherited.access.virtualKey
        inner.access.url = own.url ?? inherited.access.url
        if let targets = node.targets {
            guard let items = targets.items else {
                return note(targets.origin, "'targets' takes a list, not \(targets.kind)")
            }
            for item in items { readTarget(item, inherited: inner) }
            return
        }
        let provider = inner.provider?.scalar?.text ?? inner.access.virtualKey.map { _ in "portkey" }
        guard let provider else { return note(node.origin, "this target names no 'provider'; add it") }
        guard let model = inner.model, model.scalar != nil else {
            return note(
                node.origin,
                "which model this target serves is not said; add 'override_params': {'model': …}, or write it in 'models:'"
            )
        }
        if var endpoint = endpoints[provider] {
            if endpoint.access.isEmpty { endpoint.access = inner.access }
            endpoints[provider] = endpoint
        } else {
            add(Endpoint(origin: node.origin, access: inner.access), named: provider)
        }
        finds.append(
            Find(provider: provider, model: model, access: inner.access, name: node["name"], capabilities: nil))
    }

    private mutating func add(_ endpoint: Endpoint, named name: String) {
        if endpoints[name] == nil { order.append(name) }
        endpoints[name] = endpoint
    }

    private func access(of node: ConfigurationNode, url: ConfigurationNode?) -> Access {
        Access(
            key: filled(node.first(of: "api_key", "apiKey", "key")),
            virtualKey: filled(node.first(of: "virtual_key", "virtualKey")), url: filled(url))
    }

    /// `{{NAME}}` is kept at Portkey and `__NAME__` is filled in by deployment scripts: neither is the value itself.
    private func filled(_ node: ConfigurationNode?) -> ConfigurationNode? {
        guard var node, let text = node.scalar?.text, !text.isEmpty else { return nil }
        if text.hasPrefix("{{"), text.hasSuffix("}}") { return nil }
        guard text.hasPrefix("__"), text.hasSuffix("__"), text.count > 4 else { return node }
        guard let value = environment[String(text.dropFirst(2).dropLast(2))] else { return nil }
        node.content = .scalar(.init(text: value, isExpanded: true))
        return node
    }
}

extension ConfigurationNode {
    fileprivate func first(of keys: String...) -> ConfigurationNode? { keys.lazy.compactMap { self[$0] }.first }

    /// The targets of a gateway config; some write them inside the strategy.
    fileprivate var targets: ConfigurationNode? { self["targets"] ?? self["strategy"]?["targets"] }
}
