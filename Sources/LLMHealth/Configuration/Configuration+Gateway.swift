public import Health

extension Configuration {
    /// A gateway that probes go through.
    public struct Gateway: Sendable, Hashable {
        /// The kinds of gateway that are known.
        public enum Kind: String, Sendable, Hashable, CaseIterable { case portkey }

        /// Default `portkey`; key `kind`.
        public var kind: Kind
        /// Its address, without `/v1`; default `http://127.0.0.1:8787`; key `url`.
        public var url: String
        /// A hosted or enterprise gateway, which takes account keys, `@slug` models, virtual keys and config ids, and
        /// may cache; default false, the open-source one; key `hosted`.
        public var isHosted: Bool
        /// The account's key on a hosted gateway; key `apiKey`.
        public var apiKey: Secret?
        /// Sent with every request through it; key `headers`.
        public var headers: [ModelTarget.Header]
        /// Which models of its list are watched without being named: on a hosted gateway its own list, else those of
        /// each provider that goes through it; default none; key `discover`.
        public var discover: Discovery?
        /// Not reported as down before it has answered once; default false; key `optional`.
        public var isOptional: Bool

        public init(
            kind: Kind = .portkey, url: String = "http://127.0.0.1:8787", isHosted: Bool = false,
            apiKey: Secret? = nil, headers: [ModelTarget.Header] = [], discover: Discovery? = nil,
            isOptional: Bool = false
        ) {
            self.kind = kind
            self.url = url
            self.isHosted = isHosted
            self.apiKey = apiKey
            self.headers = headers
            self.discover = discover
            self.isOptional = isOptional
        }
    }

    /// Which models of a list are watched although nobody named them.
    public struct Discovery: Sendable, Hashable {
        /// Name patterns, `*` for anything and `?` for one character; default `*`; key `include`.
        public var include: [String]
        /// Patterns that win over `include`; key `exclude`.
        public var exclude: [String]
        /// Between two readings of the list; default 5 m; key `interval`. Local runtimes have their own.
        public var interval: Duration

        public init(include: [String] = ["*"], exclude: [String] = [], interval: Duration = .seconds(300)) {
            self.include = include
            self.exclude = exclude
            self.interval = interval
        }

        /// Nothing is watched unnamed.
        public static let none = Discovery(include: [])

        public var isOff: Bool { include.isEmpty }

        /// Whether a model of this name is watched.
        public func admits(_ name: String) -> Bool {
            include.contains { NamePattern($0).matches(name) } && !exclude.contains { NamePattern($0).matches(name) }
        }
    }

    /// Runtimes on this machine or network, whose models are asked about and never loaded.
    public struct Local: Sendable, Hashable {
        /// Key `ollama`; `nil` when it is not watched.
        public var ollama: Runtime?
        /// Key `lmStudio`; `nil` when it is not watched.
        public var lmStudio: Runtime?
        /// Between two polls; default 10 s; key `interval`.
        public var interval: Duration

        public init(ollama: Runtime? = nil, lmStudio: Runtime? = nil, interval: Duration = .seconds(10)) {
            self.ollama = ollama
            self.lmStudio = lmStudio
            self.interval = interval
        }

        /// The settings of one runtime; `nil` when it is not watched.
        public subscript(runtime: LocalRuntime) -> Runtime? {
            let settings = runtime == .ollama ? ollama : lmStudio
            return settings?.isEnabled == true ? settings : nil
        }
    }

    /// One local runtime.
    public struct Runtime: Sendable, Hashable {
        /// Its address, without `/v1`; key `url`; default Ollama's `http://127.0.0.1:11434`, LM Studio's
        /// `http://127.0.0.1:1234`.
        public var url: String
        /// Sent as a bearer token; key `token`.
        public var token: Secret?
        /// Default true; key `enabled`.
        public var isEnabled: Bool
        /// Which of its models are watched without being named; default all; key `discover`.
        public var discover: Discovery
        /// Not reported as down before it has answered once; default false; key `optional`.
        public var isOptional: Bool

        public init(
            url: String, token: Secret? = nil, isEnabled: Bool = true, discover: Discovery = Discovery(),
            isOptional: Bool = false
        ) {
            self.url = url
            self.token = token
            self.isEnabled = isEnabled
            self.discover = discover
            self.isOptional = isOptional
        }

        /// A runtime at the address it takes when it is installed.
        public static func standard(_ runtime: LocalRuntime) -> Runtime {
            Runtime(url: runtime == .ollama ? "http://127.0.0.1:11434" : "http://127.0.0.1:1234")
        }
    }
}
