import Health

// The sources of evidence, by the names that they have as components.

extension Intake: EvidenceSubmitter {}

extension CanaryProber: EvidenceSource {
    package var name: String { "probes" }
}

extension LocalModelWatcher: EvidenceSource {
    package var name: String { "local models" }
}

extension GatewayWatcher: EvidenceSource {
    package var name: String { "gateways" }
}
