public import Health

extension Configuration {
    /// A gateway that probes go through.
    public struct Gateway: Sendable, Hashable {
        /// The kinds of gateway that are known.
        public enum Kind: String, Sendable, Hashable, CaseIterable {
            /// Portkey, or a LiteLLM proxy.
            case portkey, litellm

            /// Where it listens unless told otherwise.
            public var defaultURL: String {
                switch self {
                case .portkey: "http://127.0.0.1:8787"
                case .litellm: "http://127.0.0.1:4000"
                }
            }
        }

        /// Default `portkey`; key `kind`.
        public var kind: Kind
        /// Its address, without `/v1`; default `http://127.0.0.1:8787`, LiteLLM's `http://127.0.0.1:4000`; key `url`.
        public var url: String {
            get { writtenURL ?? kind.defaultURL }
            set { writtenURL = newValue }
        }
        private var writtenURL: String?
        /// A hosted or enterprise gateway, which takes account keys, `@slug` models, virtual keys and config ids, and
        /// may cache; default false, the open-source one; key `hosted`.
        public var isHosted: Bool
        /// The account's key on a hosted Portkey; LiteLLM's master or virtual key; key `apiKey`.
        public var apiKey: Secret?
        /// Sent with every request through it; key `headers`.
        public var headers: [ModelTarget.Header]
        /// Which models of its list are watched without being named: on LiteLLM and a hosted Portkey its own list, else
        /// those of each provider that goes through it; default none; key `discover`.
        public var discover: Discovery?
        /// Not reported as down before it has answered once; default false; key `optional`.
        public var isOptional: Bool

        /// Defaults: an open-source Portkey at its standard address.
        public init(
            kind: Kind = .portkey, url: String? = nil, isHosted: Bool = false,
            apiKey: Secret? = nil, headers: [ModelTarget.Header] = [], discover: Discovery? = nil,
            isOptional: Bool = false
        ) {
            self.kind = kind
            writtenURL = url
            self.isHosted = isHosted
            self.apiKey = apiKey
            self.headers = headers
            self.discover = discover
            self.isOptional = isOptional
        }

        /// Whether it has a list of models of its own, with a key of its own to read it.
        var hasOwnList: Bool { isHosted || kind == .litellm }
    }
}

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
