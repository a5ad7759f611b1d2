public import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Configuration {
    /// Someone who serves models, and how requests get there.
    public struct Provider: Sendable, Hashable {
        /// `openai` for any OpenAI-compatible server, `anthropic`, `ollama`, `lmstudio`, or one of Portkey's provider
        /// ids; default the provider's own name where that is one of them, else `openai`; key `kind`.
        public var kind: String?
        /// How it is spoken to without a gateway; default what its kind or address speaks; key `dialect`.
        public var dialect: ModelTarget.Dialect?
        /// The gateway it is reached through; default none, requests go straight to it; key `via`.
        public var via: String?
        /// Its address, without `/v1`; default known for `openai` and `anthropic`; through a gateway it replaces the
        /// provider's own address; key `url`.
        public var url: String?
        /// The provider's own key; through LiteLLM, a key of LiteLLM's in place of the gateway's; key `key`.
        public var key: Secret?
        /// What Portkey is told beside the kind; key `portkey`.
        public var portkey: PortkeyRoute
        /// Sent with every request; key `headers`.
        public var headers: [ModelTarget.Header]
        /// Several keys, regions or accounts, each watched by itself; default one; key `targets`.
        public var targets: [Target]
        /// Which models of its list are watched without being named; default none; key `discover`.
        public var discover: Discovery?
        /// Dollars per million tokens of models that name no price; key `price`.
        public var price: TokenPrice?
        /// How many requests each of its keys may make; default what it announces in its answers; key `limit`.
        public var limit: Allotment?
        /// 0…1: the most that probing takes of a key's limit; default 1 %; key `probeShare`.
        public var probeShare: Double?

        /// Defaults as the properties say.
        public init(
            kind: String? = nil, dialect: ModelTarget.Dialect? = nil, via: String? = nil, url: String? = nil,
            key: Secret? = nil, portkey: PortkeyRoute = PortkeyRoute(), headers: [ModelTarget.Header] = [],
            targets: [Target] = [], discover: Discovery? = nil, price: TokenPrice? = nil, limit: Allotment? = nil,
            probeShare: Double? = nil
        ) {
            self.kind = kind
            self.dialect = dialect
            self.via = via
            self.url = url
            self.key = key
            self.portkey = portkey
            self.headers = headers
            self.targets = targets
            self.discover = discover
            self.price = price
            self.limit = limit
            self.probeShare = probeShare
        }

        /// What probing may take, where the operator said what there is.
        var requestLimit: RequestLimit? {
            limit.map {
                RequestLimit(
                    requests: $0.requests, period: $0.per, share: probeShare ?? RequestLimit.standardShare)
            }
        }
    }

    /// A number of requests in a period.
    public struct Allotment: Sendable, Hashable {
        /// Key `requests`.
        public var requests: Int
        /// Key `per`.
        public var per: Duration

        /// So many requests in each period.
        public init(requests: Int, per: Duration) {
            self.requests = requests
            self.per = per
        }
    }
}

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
