public import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Configuration {
    /// One of several ways to a model; what is unset here is taken from the provider.
    public struct Target: Sendable, Hashable {
        /// Unique within its list; key `name`.
        public var name: String
        /// Key `key`.
        public var key: Secret?
        /// Key `url`.
        public var url: String?
        /// The model's name there; key `model`.
        public var model: String?
        /// Added to the provider's, the same name replaced; key `headers`.
        public var headers: [ModelTarget.Header]
        /// Key `portkey`.
        public var portkey: PortkeyRoute

        /// Defaults as the properties say.
        public init(
            name: String, key: Secret? = nil, url: String? = nil, model: String? = nil,
            headers: [ModelTarget.Header] = [], portkey: PortkeyRoute = PortkeyRoute()
        ) {
            self.name = name
            self.key = key
            self.url = url
            self.model = model
            self.headers = headers
            self.portkey = portkey
        }
    }

    /// How Portkey is told whom to ask; what is unset here is taken from the provider.
    public struct PortkeyRoute: Sendable, Hashable {
        /// `x-portkey-provider`: a provider id, or `@slug` on a hosted gateway; key `provider`.
        public var provider: String?
        /// `x-portkey-virtual-key`, hosted gateways only; key `virtualKey`.
        public var virtualKey: Secret?
        /// `x-portkey-config`: a config as JSON with one target, or `pc-…` on a hosted gateway; key `config`.
        public var config: String?
        /// `x-portkey-custom-host`: the provider's address as the gateway sees it, `/v1` included except for Ollama;
        /// key `customHost`.
        public var customHost: String?

        /// Defaults as the properties say.
        public init(
            provider: String? = nil, virtualKey: Secret? = nil, config: String? = nil, customHost: String? = nil
        ) {
            self.provider = provider
            self.virtualKey = virtualKey
            self.config = config
            self.customHost = customHost
        }
    }
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
