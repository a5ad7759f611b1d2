/// Changing what the simulator does, and asking what it saw.
extension LLMSimulator {
    /// Replaces the behaviour of a model. One with a lifetime gives way to the present one afterwards.
    package func set(_ model: String, _ behavior: Behavior, on face: Face = .openAI) throws(SimulatorError) {
        try catalog.setBehavior(behavior, of: model, on: face)
    }

    /// Gives a model the behaviour back that it had when it was added.
    package func reset(_ model: String, on face: Face = .openAI) throws(SimulatorError) {
        try catalog.resetBehavior(of: model, on: face)
    }

    /// Replaces the behaviour of a whole face, which then answers before it looks at the request: a gateway that
    /// hangs or breaks. nil = the face behaves.
    package func set(_ face: Face, _ behavior: Behavior?) { catalog.setFace(face, behavior) }

    /// Replaces the behaviour of everything below `/{site}/`; nil takes the site away.
    package func set(site: String, _ behavior: Behavior?) { catalog.setSite(site, behavior) }

    /// Puts a local model into memory for good, or out of it.
    package func setLoaded(_ isLoaded: Bool, _ model: String, on face: Face) throws(SimulatorError) {
        try catalog.setLoaded(isLoaded, model, on: face)
    }

    /// The share of an Ollama model that lies in video memory, 0…1.
    package func setVRAMShare(_ share: Double, of model: String) throws(SimulatorError) {
        try catalog.setVRAMShare(share, of: model, on: .ollama)
    }

    package func add(_ model: SimulatedModel) throws(SimulatorError) { try catalog.add(model) }
    package func remove(_ model: String, from face: Face) throws(SimulatorError) {
        try catalog.remove(model, from: face)
    }

    /// The models of a face as they stand now.
    package func models(on face: Face) -> [ModelSnapshot] { catalog.models(on: face) }

    /// The settings of the LM Studio face; they can be changed while it runs.
    package var lmStudioSettings: LMStudioSettings {
        get { catalog.lmStudio }
        set { catalog.lmStudio = newValue }
    }

    /// The requests that faces have seen, oldest first.
    /// - Parameter number: only those that came after the request of this number.
    package func requests(since number: Int = 0, on face: Face? = nil, model: String? = nil) -> [RequestRecord] {
        log.records(since: number).filter { record in
            (face == nil || record.face == face) && (model == nil || record.model == model)
        }
    }

    /// The first request that fits, now or as soon as there is one; so a test waits for what it expects, and no longer.
    ///
    /// Looked at when a request arrives and again when it ends. Throws `CancellationError`.
    package func request(where fits: @Sendable (RequestRecord) -> Bool) async throws -> RequestRecord {
        try await log.request(where: fits)
    }

    /// Forgets all requests; their numbering goes on.
    package func clearRequests() { log.clear() }

    /// Requests seen since the start, and records that the log has overwritten unread.
    package var requestCounts: (seen: Int, overwritten: Int) {
        let counts = log.counts
        return (counts.seen, counts.overwritten)
    }

    /// Carries out one change of a timeline.
    package func apply(_ change: Timeline.Change) async throws {
        switch change {
        case .behavior(let behavior, let model, let face): try set(model, behavior, on: face)
        case .faceBehavior(let behavior, let face): set(face, behavior)
        case .siteBehavior(let behavior, let site): set(site: site, behavior)
        case .listening(true, let face): try await start(face)
        case .listening(false, let face): await stop(face)
        case .loaded(let isLoaded, let model, let face): try setLoaded(isLoaded, model, on: face)
        case .added(let model): try add(model)
        case .removed(let model, let face): try remove(model, from: face)
        }
    }

    /// Returns models, sites and listening ports to the state of the start; the request log stays.
    package func resetAll() async throws {
        try catalog.reset(to: configuration)
        for face in Face.allCases {
            if configuration.faces.contains(face) { try await start(face) } else { await stop(face) }
        }
    }
}
