import Health

/// What is known of one server: which question it answers, and how far its work has come.
struct LoadMemory: Sendable {
    /// A question that it did not know is not asked again for so long: it may be started anew with other options.
    static let forget = Duration.seconds(120)

    /// The question that it answered last.
    private(set) var known: LoadQuestion?
    private var refused: [LoadQuestion: Duration] = [:]
    private var progress: [LoadReading.Work: Double] = [:]
    private var generated = 0.0
    /// A server on the public network is asked for its metrics once, and never again if it does not know them.
    private let isPublic: Bool
    private var isSilent = false

    init(isPublic: Bool) { self.isPublic = isPublic }

    /// What to ask now, in order, until one is answered.
    func questions(at now: Duration) -> [LoadQuestion] {
        if isPublic { return isSilent ? [] : [.metrics] }
        let open = LoadQuestion.allCases.filter { question in
            refused[question].map { now - $0 >= Self.forget } ?? true
        }
        guard let known, known.isTelling else { return open }
        // That its front still lives would say nothing for a server that has stopped telling more.
        return [known]
    }

    /// It does not know a question.
    mutating func refuse(_ question: LoadQuestion, at now: Duration) {
        refused[question] = now
        if known == question { known = nil }
        if isPublic { isSilent = true }
    }

    /// It did not answer in time, or not at all, which says nothing of what it knows, save of a public one.
    mutating func miss(_ question: LoadQuestion) {
        if isPublic, known == nil { isSilent = true }
    }

    /// It answered. - Returns: what that says of its load, with tokens counted on over requests.
    mutating func take(_ reading: LoadReading, of question: LoadQuestion) -> ServerLoad {
        known = question
        var load = reading.load
        guard question == .slots else { return load }
        for (work, decoded) in reading.progress {
            generated += max(0, decoded - (progress[work] ?? 0))
        }
        progress = reading.progress
        load.generatedTokens = generated
        return load
    }
}
