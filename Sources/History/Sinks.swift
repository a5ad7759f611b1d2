import Health

// What keeps the past, by the names that it has as components.

extension Recorder: HealthSink {
    package var name: String { "history" }
}

extension SpillingHistory: HealthSink {
    package var name: String { "history spill" }
}
