import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Configuration.Provider {
    static let section = Section(
        "a provider", Configuration.Provider(),
        check: { provider, node, reader in
            // Which addresses are right depends on what is spoken there.
            guard let url = provider.url, let written = node["url"], let scalar = written.scalar,
                case .failure(let problem) = ProviderAddress.read(url, dialect: provider.dialect)
            else { return }
            reader.within("url") { $0.note(written, "\($0.shown(scalar)) \(problem.text)") }
        },
        [
            Key(
                "kind", optional: \.kind, .text(form: "kind of provider"),
                "`openai` for any OpenAI-compatible server, `anthropic`, \(LocalRuntime.kinds), or a provider id of Portkey's",
                standard: "the provider's own name where it is one of these, else `openai`"),
            Key(
                "dialect", optional: \.dialect, .choice,
                "the API that it speaks, where requests go straight to it; a gateway is always spoken to in OpenAI's",
                standard: "what its kind or its address speaks"),
            Key(
                "via", optional: \.via, .text(form: "a key of `gateways`"), "the gateway it is reached through",
                standard: "none: requests go straight to it"),
            Key(
                "url", optional: \.url, .text(form: "URL", pattern: Format<String>.providerURLPattern),
                "its address, with or without `/v1` or an endpoint; Azure's with deployment and `api-version`; through a gateway it replaces the provider's own",
                standard: "known for `openai` and `anthropic`"),
            Key(
                "key", optional: \.key, .secret,
                "the provider's own key; through LiteLLM, a key of LiteLLM's in place of the gateway's"),
            Key(
                "portkey", \.portkey, Configuration.PortkeyRoute.section.format, "what Portkey is told beside the kind"),
            Key("headers", \.headers, .headers, "sent with every request; they win over ours"),
            Key(
                "targets", \.targets, .list(Configuration.Target.section.format),
                "several keys, regions or accounts, each watched by itself"),
            Key(
                "discover", optional: \.discover, Configuration.Discovery.format(hasInterval: true),
                "models of its list that are watched without being named", standard: "that of its gateway, else false"),
            Key("price", optional: \.price, TokenPrice.section.format, "of models that name no price of their own"),
            Key(
                "limit", optional: \.limit, Configuration.Allotment.section.format,
                "how many requests each of its keys may make, where you know it",
                standard: "what the provider announces in its answers"),
            Key(
                "probeShare", optional: \.probeShare, .share,
                "the most that probing takes of a key's limit: always of a written one, of an announced one once it is scarce",
                standard: "1%"),
        ])
}

extension Configuration.Allotment {
    static let section = Section(
        "a limit", Configuration.Allotment(requests: 1, per: .seconds(60)),
        [
            Key("requests", \.requests, .whole(1...1_000_000_000), "in one period, of one key", isRequired: true),
            Key(
                "per", \.per, .period, "`second`, `minute`, `hour`, `day`, `month` (30 days), or a duration",
                isRequired: true),
        ])
}

extension Configuration.PortkeyRoute {
    static let section = Section(
        "a Portkey route", Configuration.PortkeyRoute(),
        [
            Key(
                "provider", optional: \.provider, .text(form: "provider id"),
                "`x-portkey-provider`: a provider id, or `@slug` on a hosted gateway", standard: "the kind"),
            Key("virtualKey", optional: \.virtualKey, .secret, "`x-portkey-virtual-key`, hosted gateways only"),
            Key(
                "config", optional: \.config, PortkeyConfigText.format,
                "`x-portkey-config`: a config with one target, as a map or as JSON, or `pc-…` on a hosted gateway"),
            Key(
                "customHost", optional: \.customHost, .url,
                "`x-portkey-custom-host`: the provider's address as the gateway sees it, `/v1` included except for Ollama",
                standard: "made of `url`"),
        ])
}

extension Configuration.Target {
    static let section = Section(
        "a target", Configuration.Target(name: ""),
        [
            Key("name", \.name, .text, "unique in its list", isRequired: true),
            Key("key", optional: \.key, .secret, "the key", standard: "the provider's"),
            Key("url", optional: \.url, .providerURL, "the address", standard: "the provider's"),
            Key("model", optional: \.model, .text, "the model's name there", standard: "the model's"),
            Key("headers", \.headers, .headers, "added to the provider's, the same name replaced"),
            Key("portkey", \.portkey, Configuration.PortkeyRoute.section.format, "added to the provider's"),
        ])
}

extension TokenPrice {
    static let section = Section(
        "a price", TokenPrice(input: 0, output: 0),
        [
            Key("input", \.input, .number(0...100_000), "dollars per million input tokens", isRequired: true),
            Key("output", \.output, .number(0...100_000), "dollars per million output tokens"),
        ])
}

/// A Portkey config, as JSON text, as a map, or as the id of a stored one.
enum PortkeyConfigText {
    static var format: Format<String> {
        let text = Format<String>.text(form: "JSON or id")
        return Format(
            shape: .either([text.shape, .anything]),
            read: { node, reader in
                if case .map = node.content { return check(node.json, node, &reader) }
                guard let written = text.read(node, &reader) else { return nil }
                if !written.hasPrefix("{") { return written }
                let parsed = YAMLText.read(written, file: "", place: node.origin)
                guard let root = parsed.root, parsed.problems.isEmpty else {
                    reader.note(node, "is neither the id of a config nor valid JSON; write it as a map")
                    return nil
                }
                return check(root.json, node, &reader)
            }, show: { _ in nil })
    }

    /// A probe of one model must not be answered by another.
    private static func check(
        _ config: JSONValue, _ node: ConfigurationNode, _ reader: inout ConfigurationReader
    ) -> String? {
        var inner = config
        while let targets = inner["targets"]?.array {
            guard targets.count == 1 else {
                reader.note(
                    node,
                    "has \(targets.count) targets, and so tells nothing about any one; keep one, or list them as `targets`"
                )
                return nil
            }
            inner = targets[0]
        }
        guard let data = try? HealthJSON.encoder().encode(config) else { return nil }
        return String(decoding: data, as: UTF8.self)
    }
}
