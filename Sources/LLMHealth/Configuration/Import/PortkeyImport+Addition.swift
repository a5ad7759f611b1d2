import Health

extension PortkeyImport {
    /// The providers, runtimes and models that are new, in the shape of our own configuration.
    func addition(at origin: Origin) -> ConfigurationNode {
        var addition = ConfigurationNode(.map([]), origin)
        var providers = ConfigurationNode(.map([]), origin)
        var local = ConfigurationNode(.map([]), origin)
        for name in order {
            guard let endpoint = endpoints[name], root["providers"]?[name] == nil else { continue }
            let (provider, runtime) = node(of: endpoint, named: name)
            providers[name] = provider
            guard let runtime, root["local"]?[runtime.profile.key] == nil else { continue }
            var settings = ConfigurationNode(.map([]), endpoint.origin)
            if let url = endpoint.access.url { settings["url"] = url }
            local[runtime.profile.key] = settings
        }
        if providers.entries?.isEmpty == false { addition["providers"] = providers }
        if local.entries?.isEmpty == false { addition["local"] = local }
        addition["models"] = ConfigurationNode(.list(models()), origin)
        return addition
    }

    private func node(of endpoint: Endpoint, named name: String) -> (ConfigurationNode, LocalRuntime?) {
        var node = ConfigurationNode(.map([]), endpoint.origin)
        let written = endpoint.kind?.scalar?.text
        let kind = written.flatMap { ProviderKind($0) } ?? ProviderKind(name)
        // A kind that is only the file's own word ("cloud", "proxy") says nothing about the dialect.
        if let kind { node["kind"] = ConfigurationNode(text: kind.name, endpoint.kind?.origin ?? endpoint.origin) }
        if let url = endpoint.access.url,
            kind.flatMap({ $0.address(for: $0.dialect) }).map({ HTTPAddress.base(of: $0) })
                != HTTPAddress.base(of: url.scalar?.text ?? "")
        {
            node["url"] = url
        }
        if let key = endpoint.access.key { node["key"] = key }
        // What runs here is asked here: a gateway would only hide whether it is loaded.
        if let runtime = kind?.runtime {
            if root["local"]?[runtime.profile.key] != nil { node["url"] = nil }
            return (node, runtime)
        }
        if let via { node["via"] = ConfigurationNode(text: via, endpoint.origin) }
        if let key = endpoint.access.virtualKey { node["portkey"] = Self.map(["virtualKey": key], endpoint.origin) }
        return (node, nil)
    }

    /// One model for each provider and name, with a target for each way to it that the file knows.
    private func models() -> [ConfigurationNode] {
        var order: [[String]] = []
        var groups: [[String]: [Find]] = [:]
        for find in finds {
            let identity = [find.provider, find.modelName]
            if groups[identity] == nil { order.append(identity) }
            let isKnown = groups[identity]?.contains {
                $0.access.identity == find.access.identity || find.access.isEmpty
            }
            if isKnown != true { groups[identity, default: []].append(find) }
        }
        let written = root["models"]?.items ?? []
        var providersOfName: [String: Set<String>] = [:]
        for identity in order { providersOfName[identity[1], default: []].insert(identity[0]) }
        for model in written {
            guard let name = (model["id"] ?? model["model"])?.scalar?.text else { continue }
            providersOfName[name, default: []].insert(model["provider"]?.scalar?.text ?? "")
        }
        return order.compactMap { identity in
            let (provider, name) = (identity[0], identity[1])
            let isWritten = written.contains {
                $0["provider"]?.scalar?.text == provider && ($0["model"] ?? $0["id"])?.scalar?.text == name
            }
            guard !isWritten, let group = groups[identity], let first = group.first else { return nil }
            var model = ConfigurationNode(.map([]), first.model.origin)
            model["model"] = ConfigurationNode(.scalar(.init(text: name, isPlain: false)), first.model.origin)
            model["provider"] = ConfigurationNode(text: provider, first.model.origin)
            if (providersOfName[name]?.count ?? 0) > 1 {
                model["id"] = ConfigurationNode(text: "\(provider)/\(name)", first.model.origin)
            }
            if let capabilities = group.lazy.compactMap(\.capabilities).first { model["capabilities"] = capabilities }
            let ways = group.filter { !$0.access.isEmpty }
            if ways.count > 1 { model["targets"] = targets(ways) }
            return model
        }
    }

    private func targets(_ ways: [Find]) -> ConfigurationNode {
        var names: Set<String> = []
        let items = ways.enumerated().map { index, way in
            let origin = way.name?.origin ?? way.model.origin
            let written = way.name?.scalar?.text ?? "\(index + 1)"
            let name = names.insert(written).inserted ? written : "\(written)-\(index + 1)"
            var target = Self.map(["name": ConfigurationNode(text: name, origin)], origin)
            if let key = way.access.key { target["key"] = key }
            if let url = way.access.url { target["url"] = url }
            if let key = way.access.virtualKey { target["portkey"] = Self.map(["virtualKey": key], origin) }
            return target
        }
        return ConfigurationNode(.list(items), ways[0].model.origin)
    }

    private static func map(_ values: KeyValuePairs<String, ConfigurationNode>, _ origin: Origin) -> ConfigurationNode {
        ConfigurationNode(.map(values.map { .init(key: $0.key, keyOrigin: origin, value: $0.value) }), origin)
    }
}
