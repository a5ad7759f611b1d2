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

    /// Which models of a list are watched although nobody named them.
    public struct Discovery: Sendable, Hashable {
        /// Name patterns, `*` for anything and `?` for one character; default `*`; key `include`.
        public var include: [String]
        /// Patterns that win over `include`; key `exclude`.
        public var exclude: [String]
        /// Between two readings of the list; default 5 m; key `interval`. Local runtimes have their own.
        public var interval: Duration

        /// Defaults: every name, read every five minutes.
        public init(include: [String] = ["*"], exclude: [String] = [], interval: Duration = .seconds(300)) {
            self.include = include
            self.exclude = exclude
            self.interval = interval
        }

        /// Nothing is watched unnamed.
        public static let none = Discovery(include: [])

        /// Whether nothing is watched unnamed.
        public var isOff: Bool { include.isEmpty }

        /// Whether a model of this name is watched.
        public func admits(_ name: String) -> Bool {
            include.contains { NamePattern($0).matches(name) } && !exclude.contains { NamePattern($0).matches(name) }
        }
    }

    /// Runtimes on this machine or network, whose models are asked about and never loaded.
    public struct Local: Sendable, Hashable {
        /// Keys `ollama`, `lmStudio` and `llamaCpp`; one that is not there is not watched.
        public var runtimes: [LocalRuntime: Runtime]
        /// Between two polls; default 10 s; key `interval`.
        public var interval: Duration

        /// Default: none is watched.
        public init(_ runtimes: [LocalRuntime: Runtime] = [:], interval: Duration = .seconds(10)) {
            self.runtimes = runtimes
            self.interval = interval
        }

        /// The settings of one runtime; `nil` when it is not watched.
        public subscript(runtime: LocalRuntime) -> Runtime? {
            runtimes[runtime].flatMap { $0.isEnabled ? $0 : nil }
        }
    }

    /// One local runtime.
    public struct Runtime: Sendable, Hashable {
        /// Its address, without `/v1`; key `url`; default: where it listens when it is installed
        /// (`http://127.0.0.1:11434` for Ollama, `:1234` for LM Studio, `:8080` for llama.cpp).
        public var url: String
        /// Sent as a bearer token; key `token`.
        public var token: Secret?
        /// Default true; key `enabled`.
        public var isEnabled: Bool
        /// Which of its models are watched without being named; default all; key `discover`.
        public var discover: Discovery
        /// Not reported as down before it has answered once; default false; key `optional`.
        public var isOptional: Bool
        /// When its models in memory are probed; default `unobtrusive`; key `probing`.
        public var probing: LocalRuntime.Probing

        /// Defaults: everything that it lists, probed unobtrusively.
        public init(
            url: String, token: Secret? = nil, isEnabled: Bool = true, discover: Discovery = Discovery(),
            isOptional: Bool = false,
            probing: LocalRuntime.Probing = .unobtrusive
        ) {
            self.url = url
            self.token = token
            self.isEnabled = isEnabled
            self.discover = discover
            self.isOptional = isOptional
            self.probing = probing
        }

        /// A runtime at the address it takes when it is installed.
        public static func standard(_ runtime: LocalRuntime) -> Runtime {
            Runtime(url: runtime.profile.defaultURL)
        }
    }
}
