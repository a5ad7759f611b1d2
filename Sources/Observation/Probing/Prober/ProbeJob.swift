import Basics
import Health

/// One probe to be made: all that has to be known of it, so that a configuration that changes meanwhile changes nothing.
struct ProbeJob: Sendable {
    var key: ProbeKey
    var number: UInt64
    var reason: ProbeReason
    var model: ModelConfig
    var target: ModelTarget
    var config: ProbeConfig
    var check: CheckDefinition?
    var isStreamed: Bool
    /// What the timetable sent out; `nil` for a manual probe.
    var departure: ProbeSchedule.Departure?
    /// `host:port` of the server that answers; `nil` behind a gateway, whose queues are its own.
    var server: String?

    init(
        key: ProbeKey, number: UInt64, reason: ProbeReason, model: ModelConfig, target: ModelTarget,
        config: ProbeConfig, check: CheckDefinition? = nil, isStreamed: Bool,
        departure: ProbeSchedule.Departure? = nil
    ) {
        self.key = key
        self.number = number
        self.reason = reason
        self.model = model
        self.target = target
        self.config = config
        self.check = check
        self.isStreamed = isStreamed && model.mode.canStream
        self.departure = departure
        server = target.gateway == nil ? Host(of: target.baseURL).text : nil
    }

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
