import Health

extension ModelResolver {
    /// One way to a model: what the target says, else its provider, else what is known of the kind.
    mutating func target(
        _ entry: Configuration.Target?, of provider: ResolvedProvider, _ model: Configuration.Model, _ path: String
    ) -> ModelTarget? {
        target(
            entry, of: provider, model: entry?.model ?? model.upstreamName, headers: model.headers,
            tokenLimit: model.tokenLimit, path)
    }

    mutating func target(
        _ entry: Configuration.Target?, of provider: ResolvedProvider, model: String,
        headers: [ModelTarget.Header] = [],
        tokenLimit: ModelTarget.TokenLimit = .auto, _ path: String
    ) -> ModelTarget? {
        let settings = provider.settings
        let name = entry?.name ?? TargetName.default
        let key = entry?.key ?? settings.key
        let url = entry?.url ?? settings.url
        let all = (provider.gateway?.headers ?? []).replacing(settings.headers).replacing(headers)
            .replacing(entry?.headers ?? [])
        guard let gateway = provider.gateway, let via = settings.via else {
            let spoken = settings.dialect ?? provider.kind.dialect
            guard let address = url ?? (provider.isKindAssumed ? nil : provider.kind.address(for: spoken)) else {
                note(
                    provider.path,
                    "where '\(provider.name)' is reached is not known; add `url:`, or `via:` and the name of a gateway")
                return nil
            }
            if settings.portkey != Configuration.PortkeyRoute() || (entry?.portkey ?? .init()) != .init() {
                note(provider.path, "`portkey` needs a gateway; add `via:` or remove it")
                return nil
            }
            let place =
                (try? ProviderAddress.read(address, dialect: settings.dialect).get()) ?? ProviderAddress(base: address)
            // An address says more than a kind that nobody wrote.
            let told = provider.isKindAssumed ? place.dialect : nil
            return ModelTarget(
                name: name, dialect: settings.dialect ?? told ?? provider.kind.dialect, baseURL: place.base,
                model: model,
                key: key, headers: all, tokenLimit: tokenLimit, limit: settings.requestLimit,
                probeShare: settings.probeShare)
        }
        if gateway.kind == .litellm {
            guard fitsLiteLLM(provider, entry, url: url) else { return nil }
            return ModelTarget(
                name: name, baseURL: HTTPAddress.base(of: gateway.url), model: model, key: key ?? gateway.apiKey,
                headers: all, gateway: GatewayRoute(gateway: via, kind: .litellm), tokenLimit: tokenLimit,
                limit: settings.requestLimit, probeShare: settings.probeShare)
        }
        let written = settings.portkey.overridden(by: entry?.portkey ?? .init())
        guard let route = route(written, url: url, via: via, gateway, provider, model: model, path) else { return nil }
        return ModelTarget(
            name: name, dialect: .openAI, baseURL: HTTPAddress.base(of: gateway.url), model: model, key: key,
            headers: all, gateway: route, tokenLimit: tokenLimit, limit: settings.requestLimit,
            probeShare: settings.probeShare)
    }

    /// LiteLLM's own file says where its models are, so nothing here may say otherwise.
    private mutating func fitsLiteLLM(
        _ provider: ResolvedProvider, _ entry: Configuration.Target?, url: String?
    ) -> Bool {
        if let runtime = provider.runtime {
            note(
                provider.path,
                "LiteLLM's names do not tell which model of \(runtime.title) is meant, so a probe might load it; name the "
                    + "models under the provider '\(runtime.rawValue)' without `via`, or write `kind: openai` to probe them "
                    + "like any other, which keeps them in memory")
            return false
        }
        if provider.settings.portkey != .init() || (entry?.portkey ?? .init()) != .init() {
            note(
                "\(provider.path).portkey",
                "is for a gateway of kind portkey; LiteLLM routes by the model's name, so remove it")
            return false
        }
        if url != nil {
            note(
                "\(provider.path).url",
                "where its models are is said in LiteLLM's own `api_base`; remove it, or remove `via`")
            return false
        }
        return true
    }

    private mutating func route(
        _ written: Configuration.PortkeyRoute, url: String?, via: String, _ gateway: Configuration.Gateway,
        _ provider: ResolvedProvider, model: String, _ path: String
    ) -> GatewayRoute? {
        let routePath = "\(provider.path).portkey"
        let hosted = "which only a hosted gateway knows; set `gateways.\(via).hosted: true`"
        if !gateway.isHosted {
            if written.virtualKey != nil {
                note("\(routePath).virtualKey", "is a virtual key, \(hosted), or give the provider's own `key`")
                return nil
            }
            if let config = written.config, !config.hasPrefix("{") {
                note("\(routePath).config", "is the id of a stored config, \(hosted), or write the config itself")
                return nil
            }
            if let id = written.provider, !ProviderKind.portkeyIDs.contains(id) {
                let advice =
                    id.hasPrefix("@")
                    ? "is a slug, \(hosted)"
                    : "is no provider of the open-source gateway; "
                        + (Spelling.nearest(to: id, among: ProviderKind.portkeyIDs).map { "did you mean '\($0)'?" }
                            ?? "write openai for an OpenAI-compatible server")
                note("\(routePath).provider", "'\(id)' \(advice)")
                return nil
            }
            if Self.isCatalogName(model), provider.kind.name != "workers-ai" {
                note(path, "'\(model)' is a name of the model catalog, \(hosted), or write the model's plain name")
                return nil
            }
        }
        if provider.isKindAssumed, url == nil, written == Configuration.PortkeyRoute(),
            !(gateway.isHosted && Self.isCatalogName(model))
        {
            note(
                provider.path,
                "'\(provider.name)' is no provider that Portkey knows; write its `kind:`, its `url:` if it is an "
                    + "OpenAI-compatible server of yours, or `portkey: {provider: …}`")
            return nil
        }
        // A slug in the model's name, a stored config and a virtual key each say who serves it.
        let isTold =
            gateway.isHosted && (Self.isCatalogName(model) || written.config != nil || written.virtualKey != nil)
        let place = url.flatMap { try? ProviderAddress.read($0).get() }
        if place?.hasQuery ?? false, written.customHost == nil {
            note(
                "\(provider.path).url",
                "has a query, which \(via) cannot be told; write `kind: azure-openai` and the headers "
                    + "x-portkey-azure-resource-name, x-portkey-azure-deployment-id and x-portkey-azure-api-version")
            return nil
        }
        let customHost =
            written.customHost
            ?? url.flatMap { url -> HTTPAddress? in
                guard var address = try? HTTPAddress.read(url).get() else { return nil }
                _ = address.removeEndpoint()
                return address
            }.map { provider.kind.customHost(for: $0) }
        return GatewayRoute(
            gateway: via,
            provider: written.provider ?? (isTold || written.config != nil ? nil : provider.kind.portkeyID),
            customHost: customHost, config: written.config, apiKey: gateway.apiKey, virtualKey: written.virtualKey,
            isHosted: gateway.isHosted)
    }

    /// `@slug/model`; the ids of Workers AI begin with `@` too and are none (provider facts §1.9).
    static func isCatalogName(_ model: String) -> Bool {
        model.hasPrefix("@") && model.contains("/") && !model.hasPrefix("@cf/") && !model.hasPrefix("@hf/")
    }
}

extension Configuration.PortkeyRoute {
    fileprivate func overridden(by other: Self) -> Self {
        Self(
            provider: other.provider ?? provider, virtualKey: other.virtualKey ?? virtualKey,
            config: other.config ?? config, customHost: other.customHost ?? customHost)
    }
}

extension [ModelTarget.Header] {
    /// These headers, with those of the same name in any case replaced.
    fileprivate func replacing(_ others: [ModelTarget.Header]) -> [ModelTarget.Header] {
        filter { mine in !others.contains { $0.name.lowercased() == mine.name.lowercased() } } + others
    }
}
