public import Health

extension Configuration {
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
