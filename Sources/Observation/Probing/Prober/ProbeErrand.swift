import Health

/// One probe to be made: all that has to be known of it, so that a configuration that changes meanwhile changes nothing.
struct ProbeErrand: Sendable {
    var key: ProbeKey
    var number: UInt64
    var reason: ProbeReason
    var model: ModelConfig
    var target: ModelTarget
    var config: ProbeConfig
    var check: CheckDefinition?
    var isStreamed: Bool
    /// When it was due on the schedule; `nil` for a manual probe.
    var dueAt: Duration?
}
