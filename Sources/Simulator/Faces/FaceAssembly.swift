/// Builds the responder of each face; the gateway's has the others for its upstreams.
struct FaceAssembly {
    private let responders: [Face: any FaceResponder]

    init(
        _ configuration: SimulatorConfiguration, clock: SimulatorClock, catalog: ModelCatalog, log: RequestLog,
        client: UpstreamClient
    ) {
        let runner = InferenceRunner(clock: clock, log: log)
        func moody(_ face: Face, _ inner: any FaceResponder) -> any FaceResponder {
            MoodyFace(face: face, inner: inner, catalog: catalog, runner: runner)
        }
        let keys = configuration.apiKeys
        var responders: [Face: any FaceResponder] = [
            .openAI: moody(.openAI, OpenAIFace(catalog: catalog, runner: runner, apiKey: keys[.openAI])),
            .anthropic: moody(.anthropic, AnthropicFace(catalog: catalog, runner: runner, apiKey: keys[.anthropic])),
            .ollama: moody(.ollama, OllamaFace(catalog: catalog, runner: runner, version: configuration.ollamaVersion)),
            .lmStudio: moody(.lmStudio, LMStudioFace(catalog: catalog, runner: runner, apiKey: keys[.lmStudio])),
        ]
        let upstreams = UpstreamDirectory(faces: responders, catalog: catalog, log: log, client: client)
        responders[.portkey] = moody(
            .portkey, PortkeyFace(upstreams: upstreams, clock: clock, trustedHosts: configuration.trustedHosts))
        self.responders = responders
    }

    func responder(for face: Face) -> any FaceResponder { responders[face] ?? NoFace() }

    /// Every face has a responder; this one answers if that should ever be untrue.
    private struct NoFace: FaceResponder {
        func reply(to incoming: Incoming) async throws -> Reply { .text("no such face", status: 404) }
    }
}
