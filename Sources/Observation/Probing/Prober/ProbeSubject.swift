import Basics
import Health
import Synchronization

/// What is probed: one target of a model, or one check of it, as it is configured. Made when the configuration is taken up;
/// all its probes share it, and what is made once for them.
final class ProbeSubject: Sendable {
    let key: ProbeKey
    let model: ModelConfig
    let target: ModelTarget
    let check: CheckDefinition?
    /// `host:port` of the server that answers; `nil` behind a gateway, whose queues are its own.
    let server: String?
    /// The latest request, to be sent again with a new nonce.
    let request = Mutex<PreparedRequest?>(nil)
    let series = Mutex(ProbeMetrics.Series())
    let failures = Mutex(LoggedFailures())

    init(_ model: ModelConfig, target: ModelTarget, check: CheckDefinition? = nil) {
        key = ProbeKey(model.id, target: target.name, check: check?.name)
        self.model = model
        self.target = target
        self.check = check
        server = target.gateway == nil ? Host(of: target.baseURL).text : nil
    }
}
