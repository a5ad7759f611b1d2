/// A face in the control API.
struct FaceReport: Encodable {
    var face: Face
    var url: String
    var isListening: Bool

    init(_ face: Face, _ simulator: LLMSimulator) {
        self.face = face
        url = simulator.address(of: face).url
        isListening = simulator.isListening(face)
    }

    private enum CodingKeys: String, CodingKey {
        case face, url
        case isListening = "listening"
    }
}

/// A model in the control API.
struct ModelReport: Encodable {
    var id: String
    var face: Face
    var kind: SimulatedModel.Kind
    var behavior: Behavior
    var isLoaded: Bool
    var loads: Int

    init(_ model: ModelSnapshot) {
        id = model.specification.id
        face = model.specification.face
        kind = model.specification.kind
        behavior = model.behavior
        isLoaded = model.isLoaded
        loads = model.loads
    }

    private enum CodingKeys: String, CodingKey {
        case id, face, kind, behavior, loads
        case isLoaded = "loaded"
    }
}

/// The request log in the control API.
struct RequestReport: Encodable {
    var requests: [RequestRecord]
    /// Since the start.
    var seen: Int
    /// Records that the log has overwritten unread.
    var overwritten: Int
}
