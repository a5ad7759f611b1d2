import Health

/// One probe to be made: all that has to be known of it, so that a configuration that changes meanwhile changes nothing.
struct ProbeJob: Sendable {
    var subject: ProbeSubject
    var number: UInt64
    var reason: ProbeReason
    var config: ProbeConfig
    var isStreamed: Bool
    /// What the timetable sent out; `nil` for a manual probe.
    var departure: ProbeSchedule.Departure?
    /// Which of the egress workers sends it.
    var worker = 0

    init(
        _ subject: ProbeSubject, number: UInt64, reason: ProbeReason, config: ProbeConfig, isStreamed: Bool,
        departure: ProbeSchedule.Departure? = nil
    ) {
        self.subject = subject
        self.number = number
        self.reason = reason
        self.config = config
        self.isStreamed = isStreamed && subject.model.mode.canStream
        self.departure = departure
    }

    var key: ProbeKey { subject.key }
    var model: ModelConfig { subject.model }
    var target: ModelTarget { subject.target }
    var check: CheckDefinition? { subject.check }
    var server: String? { subject.server }

    /// When it was due on the schedule; `nil` for a manual probe.
    var dueAt: Duration? { departure?.dueAt }

    /// A look beside the regular ones, which a server that is busy is spared.
    var isExtra: Bool { reason == .confirmation || reason == .overdue }
}

extension ModelConfig.Mode {
    /// Whether its answers can come in parts.
    fileprivate var canStream: Bool {
        switch self {
        case .chat, .completion, .responses: true
        case .embedding, .rerank, .image, .audio: false
        }
    }
}
