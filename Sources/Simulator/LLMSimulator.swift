/// LLM endpoints that misbehave on demand, each API on a loopback port of its own.
///
/// Tests use it through ``withSimulator(_:clock:_:)``. Everything it does to a request follows from the ``Behavior`` of
/// the model, which can be changed at any time; every request it sees is logged, so that a test can prove what was
/// not sent.
package final class LLMSimulator: Sendable {
    package let configuration: SimulatorConfiguration
    let clock: SimulatorClock
    let catalog: ModelCatalog
    let log: RequestLog
    private let listeners: [Face: FaceListener]
    private let control: FaceListener
    private let client: UpstreamClient
    private let accepted: AsyncStream<Accepted>
    private let acceptedContinuation: AsyncStream<Accepted>.Continuation

    /// A port that was bound and waits for ``run()`` to serve it.
    private struct Accepted: Sendable {
        var listener: FaceListener
        var channel: FaceListener.Accepting
    }

    /// Puts everything together and binds no port yet; ``start()`` does.
    /// - Parameter onRequestEnd: gets each request when it has ended.
    package init(
        _ configuration: SimulatorConfiguration, clock: SimulatorClock = SimulatorClock(ContinuousClock()),
        onRequestEnd: AsyncStream<RequestRecord>.Continuation? = nil
    ) throws(SimulatorError) {
        self.configuration = configuration
        self.clock = clock
        catalog = try ModelCatalog(configuration, clock: clock)
        log = RequestLog(capacity: configuration.logCapacity, clock: clock, ended: onRequestEnd)
        client = UpstreamClient()
        // Faces are stopped and started by hand or by a timeline, a few times a minute.
        (accepted, acceptedContinuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(256))

        let relay = ControlRelay()
        let assembly = FaceAssembly(configuration, clock: clock, catalog: catalog, log: log, client: client)
        let log = self.log
        func listener(_ name: String, port: Int, face: Face?, _ responder: any FaceResponder) -> FaceListener {
            FaceListener(
                name: name, host: configuration.host, port: port,
                exchange: RequestExchange(face: face, responder: responder, log: log))
        }
        var listeners: [Face: FaceListener] = [:]
        for face in Face.allCases {
            listeners[face] = listener(
                face.rawValue, port: configuration.ports[face] ?? 0, face: face, assembly.responder(for: face))
        }
        self.listeners = listeners
        control = listener("control", port: configuration.controlPort, face: nil, ControlFace(relay: relay))
        relay.attach(self)
    }

    /// Binds the ports of the configured faces and of the control API. Throws ``SimulatorError`` when one is taken.
    package func start() async throws {
        try await open(control)
        for face in configuration.faces { try await start(face) }
    }

    /// Serves until the task is cancelled. It owns every connection; when it returns, all of them are closed.
    package func run() async {
        await withDiscardingTaskGroup { group in
            if !configuration.timeline.events.isEmpty {
                group.addTask { await TimelinePlayer(simulator: self).play() }
            }
            for await accepted in accepted {
                group.addTask { await accepted.listener.serve(accepted.channel) }
            }
            // The stream ends with the task; only then do the children end.
            group.cancelAll()
        }
        await close()
    }

    /// Closes all ports and connections. ``run()`` does it at its end; it is called by itself when that never ran.
    package func close() async {
        for listener in listeners.values { await listener.close() }
        await control.close()
        await client.shutDown()
    }

    /// Lets a face listen, on the port that it had before.
    package func start(_ face: Face) async throws {
        guard let listener = listeners[face], !listener.isListening else { return }
        try await open(listener)
        catalog.setListening(true, face, at: "\(configuration.host):\(listener.port)")
    }

    /// Closes the port of a face and cuts its connections: from now on it refuses.
    package func stop(_ face: Face) async {
        guard let listener = listeners[face] else { return }
        catalog.setListening(false, face, at: "\(configuration.host):\(listener.port)")
        await listener.close()
    }

    package func isListening(_ face: Face) -> Bool { listeners[face]?.isListening ?? false }

    private func open(_ listener: FaceListener) async throws {
        let channel = try await listener.bind()
        acceptedContinuation.yield(Accepted(listener: listener, channel: channel))
    }

    /// Where a face listens.
    package func address(of face: Face) -> FaceAddress {
        FaceAddress(url: listeners[face]?.url ?? "", port: listeners[face]?.port ?? 0)
    }

    package var openAI: FaceAddress { address(of: .openAI) }
    package var anthropic: FaceAddress { address(of: .anthropic) }
    package var portkey: FaceAddress { address(of: .portkey) }
    package var ollama: FaceAddress { address(of: .ollama) }
    package var lmStudio: FaceAddress { address(of: .lmStudio) }
    package var controlAPI: FaceAddress { FaceAddress(url: control.url, port: control.port) }
}

/// Where a face listens.
package struct FaceAddress: Sendable, Equatable {
    /// Without a path or a slash at the end, as `http://127.0.0.1:40123`.
    package var url: String
    package var port: Int
}
