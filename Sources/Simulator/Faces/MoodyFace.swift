/// A face that first shows the behaviour set for all of it: a gateway that is broken, or hangs, whatever it is asked.
struct MoodyFace: FaceResponder {
    let face: Face
    let inner: any FaceResponder
    let catalog: ModelCatalog
    let runner: InferenceRunner

    func reply(to incoming: Incoming) async throws -> Reply {
        guard let encounter = catalog.meetFace(face) else { return try await inner.reply(to: incoming) }
        let voice = voice
        if let allowance = encounter.allowance, allowance.isExceeded {
            let complaint = Refusal.rateLimited.complaint(model: face.rawValue, key: nil)
            return runner.refuse(complaint, by: voice, allowance, number: incoming.number)
        }
        try await runner.clock.sleep(for: encounter.latency)
        let request = InferenceRequest(model: incoming.json?["model"]?.string ?? "", stream: false, prompt: "")
        if let reply = try await runner.replacement(for: encounter, request, voice, incoming) { return reply }
        return try await Self.damaged(try await inner.reply(to: incoming), by: encounter.fault)
    }

    /// What the fault does to an answer that the face has given.
    private static func damaged(_ reply: Reply, by fault: Fault?) async throws -> Reply {
        switch fault {
        case .hangBody, .stall: return reply.broken { try await SimulatorClock.silence() }
        case .cut: return reply.broken { throw ConnectionDrop(.closed) }
        case .truncated:
            guard case .whole(let bytes) = reply.body else { return reply }
            return Reply(
                status: reply.status, headers: reply.headers, body: .whole(Array(bytes.prefix(bytes.count / 2))))
        case .errorBody: return .json(["error": ["message": "soft failure", "type": "server_error"]])
        // What happens to a text is a model's affair.
        default: return reply
        }
    }

    private var voice: any Voice {
        switch face {
        case .openAI, .lmStudio: OpenAIVoice()
        case .anthropic: AnthropicVoice()
        case .ollama: OllamaVoice()
        case .portkey: PortkeyVoice()
        }
    }
}
