import Health

/// What a server can be asked about its load without inference, from the most telling question to the least.
enum LoadQuestion: String, Sendable, Hashable, CaseIterable {
    /// Prometheus text of vLLM, SGLang, TGI, llama.cpp and others.
    case metrics
    /// llama.cpp's slots; a list, with what each works on.
    case slots
    /// The list of models: that the HTTP front lives, and no more. `/health` would say no more either, and generates a
    /// token on some servers (TGI, SGLang).
    case models

    /// Below the server's address; the list of models is where the dialect has it.
    var path: String { "/\(rawValue)" }

    /// Whether an answer tells what the server works on.
    var isTelling: Bool { self != .models }

    /// What an answer says; `nil` where the server does not know the question.
    func reading(status: Int, body: [UInt8]) -> LoadReading? {
        switch self {
        // Whatever it says of us, it says it.
        case .models: return status < 500 ? LoadReading(load: ServerLoad()) : nil
        case .metrics where status == 200: return ServerMetricNames.load(in: body).map { LoadReading(load: $0) }
        case .slots where status == 200: return LoadReading(slots: body)
        default: return nil
        }
    }
}

/// One answer to a question about load.
struct LoadReading: Sendable, Hashable {
    var load: ServerLoad
    /// Tokens generated so far in each slot's present request, by slot and request: they begin anew with each request.
    var progress: [Work: Double] = [:]

    struct Work: Sendable, Hashable {
        var slot: Double
        var task: Double
    }

    init(load: ServerLoad) { self.load = load }

    /// Reads llama.cpp's `/slots`: `is_processing`, `id_task` and `next_token.n_decoded` (an object in older versions, a
    /// list in newer ones; `state` instead of `is_processing` before that).
    init?(slots body: [UInt8]) {
        guard let slots = JSONText.parse(body)?.array, !slots.isEmpty else { return nil }
        var running = 0
        var hasState = false
        for slot in slots {
            let isProcessing: Bool
            if let flag = slot["is_processing"] {
                isProcessing = flag == .bool(true)
            } else if let state = slot["state"]?.number {
                isProcessing = state != 0
            } else {
                continue
            }
            hasState = true
            guard isProcessing else { continue }
            running += 1
            let next = slot["next_token"]
            guard let decoded = (next?["n_decoded"] ?? next?.array?.first?["n_decoded"])?.number,
                let id = slot["id"]?.number, let task = slot["id_task"]?.number
            else { continue }
            progress[Work(slot: id, task: task)] = decoded
        }
        guard hasState else { return nil }
        load = ServerLoad(running: running, slots: slots.count)
    }
}
