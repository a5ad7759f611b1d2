/// What a simulator starts with.
package struct SimulatorConfiguration: Sendable, Equatable {
    package var models: [SimulatedModel]
    /// Path prefixes `/{name}/…` with a behaviour of their own, whatever model is asked for; default none.
    package var sites: [String: Behavior]
    /// The address to listen on; default loopback.
    package var host: String
    /// The port of each face; a face that is missing gets any free one.
    package var ports: [Face: Int]
    /// The port of the control API; default any free one.
    package var controlPort: Int
    /// The faces that listen from the start; default all.
    package var faces: [Face]
    /// The key that each face demands; default none. Anthropic's demands some key in any case.
    package var apiKeys: [Face: String]
    /// What each API key of a face may ask for; default no end. Only the OpenAI face counts.
    package var keyLimits: [Face: KeyLimit]
    package var lmStudio: LMStudioSettings
    /// The version that the Ollama face reports.
    package var ollamaVersion: String
    /// The hosts that the gateway may be sent to beside loopback (its `TRUSTED_CUSTOM_HOSTS`).
    package var trustedHosts: [String]
    /// How many requests the log holds before it overwrites the oldest; default 20,000.
    package var logCapacity: Int
    /// Changes at given times; default none.
    package var timeline: Timeline

    package init(
        models: [SimulatedModel] = [],
        sites: [String: Behavior] = [:],
        host: String = "127.0.0.1",
        ports: [Face: Int] = [:],
        controlPort: Int = 0,
        faces: [Face] = Face.allCases,
        apiKeys: [Face: String] = [:],
        keyLimits: [Face: KeyLimit] = [:],
        lmStudio: LMStudioSettings = LMStudioSettings(),
        ollamaVersion: String = "0.12.6",
        trustedHosts: [String] = ["localhost", "127.0.0.1", "::1", "host.docker.internal"],
        logCapacity: Int = 20_000,
        timeline: Timeline = Timeline()
    ) {
        self.models = models
        self.sites = sites
        self.host = host
        self.ports = ports
        self.controlPort = controlPort
        self.faces = faces
        self.apiKeys = apiKeys
        self.keyLimits = keyLimits
        self.lmStudio = lmStudio
        self.ollamaVersion = ollamaVersion
        self.trustedHosts = trustedHosts
        self.logCapacity = logCapacity
        self.timeline = timeline
    }
}

/// How the LM Studio face behaves.
package struct LMStudioSettings: Sendable, Equatable {
    package var generation: Generation
    /// Whether a request loads the model it names (just in time); without it such a request is a 404. Default true.
    package var loadsOnDemand: Bool
    /// Whether loading a model just in time puts the one that was loaded so before out of memory. Default true.
    package var evictsOnDemand: Bool

    /// Which of its APIs the server has.
    package enum Generation: String, Sendable, Codable, Equatable, CaseIterable {
        /// From 0.4.0: `/api/v1`, `/api/v0` and `/v1`.
        case native = "0.4.0"
        /// From 0.3.6: `/api/v0` and `/v1`.
        case beta = "0.3.6"
        /// Before: `/v1` alone. It serves whatever is loaded when it does not know the model.
        case compatible = "0.3.0"

        package init(from decoder: any Decoder) throws {
            self = try StrictDecoding.choice(of: "generation", from: decoder)
        }
    }

    package init(generation: Generation = .native, loadsOnDemand: Bool = true, evictsOnDemand: Bool = true) {
        self.generation = generation
        self.loadsOnDemand = loadsOnDemand
        self.evictsOnDemand = evictsOnDemand
    }
}

extension SimulatorConfiguration {
    /// A few models of each kind, all of them well.
    package static let standard = SimulatorConfiguration(models: [
        SimulatedModel("gpt-4o", behavior: .slow(.logNormal(median: .milliseconds(350), p95: .milliseconds(900)))),
        SimulatedModel("gpt-4o-mini", behavior: .slow(.logNormal(median: .milliseconds(200), p95: .milliseconds(500)))),
        SimulatedModel("o3-mini", rules: .reasoning),
        SimulatedModel("text-embedding-3-small", kind: .embedding),
        SimulatedModel("claude-sonnet-4-5", on: .anthropic),
        SimulatedModel("llama3.2:latest", on: .ollama, isLoaded: true),
        SimulatedModel("mistral:latest", on: .ollama, loadTime: .seconds(3), size: 4_113_301_824),
        SimulatedModel("qwen2.5-7b-instruct", on: .lmStudio, isLoaded: true, size: 4_683_073_184),
        SimulatedModel("llama-3.1-8b", on: .lmStudio, loadTime: .seconds(3), size: 4_920_000_000),
    ])
}
