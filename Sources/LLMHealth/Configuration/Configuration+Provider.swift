public import Health

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
}
