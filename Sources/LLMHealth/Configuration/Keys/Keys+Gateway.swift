import Health

extension Configuration.Gateway {
    static let section = Section(
        "a gateway", Configuration.Gateway(),
        check: { gateway, node, reader in
            if gateway.kind == .litellm {
                if gateway.isHosted {
                    reader.note(
                        node["hosted"] ?? node,
                        "is a matter of Portkey's; LiteLLM is the same wherever it runs, so remove it")
                }
                return
            }
            if gateway.isHosted, gateway.apiKey == nil {
                reader.note(node, "a hosted gateway needs its account's key; add `apiKey: {env: PORTKEY_API_KEY}`")
            }
            if !gateway.isHosted, gateway.apiKey != nil {
                reader.note(
                    node["apiKey"] ?? node,
                    "the open-source gateway ignores account keys; add `hosted: true` or remove it")
            }
        },
        [
            Key("kind", \.kind, .choice, "which gateway it is"),
            Key(
                "url", \.url, .serverURL, "its address, without `/v1`; LiteLLM's default is `http://127.0.0.1:4000`"),
            Key(
                "hosted", \.isHosted, .flag,
                "a hosted or enterprise Portkey: takes account keys, `@slug` models, virtual keys and config ids, and may cache"
            ),
            Key(
                "apiKey", optional: \.apiKey, .secret,
                "a hosted Portkey's account key (`x-portkey-api-key`), or LiteLLM's master or virtual key"),
            Key("headers", \.headers, .headers, "sent with every request through it"),
            Key(
                "discover", optional: \.discover, Configuration.Discovery.format(hasInterval: true),
                "models watched without being named: of its own list on LiteLLM and a hosted Portkey, else of each provider behind it",
                standard: "false"),
            Key("optional", \.isOptional, .flag, "not reported as down before it has answered once"),
        ])
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

extension Configuration.Local {
    static let section = Section(
        "local runtimes", Configuration.Local(),
        LocalRuntime.allCases.map { runtime in
            Key(
                runtime.profile.key, optional: \.runtimes[runtime], Configuration.Runtime.section(runtime).format,
                "the server of \(runtime.title)")
        } + [Key("interval", \.interval, .duration(.seconds(1)...(.seconds(3_600))), "between two polls")])
}

extension Configuration.Runtime {
    static func section(_ runtime: LocalRuntime) -> Section<Configuration.Runtime> {
        Section(
            "a local runtime", .standard(runtime),
            [
                Key("url", \.url, .serverURL, "its address, without `/v1`"),
                Key("token", optional: \.token, .secret, "sent as a bearer token, where the server wants one"),
                Key("enabled", \.isEnabled, .flag, "whether it is watched"),
                Key(
                    "discover", \.discover, Configuration.Discovery.format(hasInterval: false),
                    "its models that are watched without being named"),
                Key(
                    "probing", \.probing, .choice,
                    "when its models in memory are probed: `unobtrusive` only where that leaves the time at which they unload as it is, `always` keeps them in memory"
                ),
                Key("optional", \.isOptional, .flag, "not reported as down before it has answered once"),
            ])
    }
}
