// What an embedding program may add to a monitor, and what its own parts are.

/// Where evidence comes from: probes, local runtimes, gateways, an application's own requests.
public protocol EvidenceSource: Sendable {
    /// Names it in the fleet's components and in logs; unique among the sources.
    var name: String { get }

    /// Submits evidence to the ``EvidenceSubmitter`` that it was made with, until the task is cancelled.
    ///
    /// An error ends nothing else: the component of this name is `unhealthy` with the error as its reason, and the source is
    /// run again, at first after a second and then ever less often, up to once a minute.
    func run() async throws
}

/// Where health goes: a store, a notifier, an API, an application that acts on it.
public protocol HealthSink: Sendable {
    /// Names it in the fleet's components and in logs; unique among the sinks.
    var name: String { get }

    /// Reads what the monitor publishes until the task is cancelled.
    ///
    /// An error ends nothing else: the component of this name is `unhealthy` with the error as its reason, and the sink is run
    /// again, at first after a second and then ever less often, up to once a minute.
    func run() async throws
}

/// Takes evidence; never waits.
public protocol EvidenceSubmitter: Sendable {
    /// Submits one piece of evidence. When more arrives than can be weighed, the newest is dropped and counted.
    func submit(_ evidence: Evidence)
}

/// Is told of changes: a chat, a pager, a log.
public protocol HealthNotifier: Sendable {
    /// Names it in the fleet's components and in logs; unique among notifiers and sinks.
    var name: String { get }

    /// Passes a change on. - Throws: whatever kept it from being passed on; the same change is then tried again, at first
    /// after a second and then ever less often, up to once a minute, and the component of this name is `unhealthy` meanwhile.
    func notify(of change: HealthChangeEvent) async throws
}
