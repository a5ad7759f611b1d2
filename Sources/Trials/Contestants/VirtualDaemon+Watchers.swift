package import Health

// What the daemon asks beside probing: gateways, local runtimes, servers that tell their load.
extension VirtualDaemon {
    /// A gateway, and where its watcher is.
    struct GatewayWatch {
        var world: GatewayWorld
        /// Names the one poll in the queue that counts.
        var version: UInt64 = 0
        var isAsking = false
        var isSuspected = false
        var isUp = true
        var askedAt = -Double.infinity
    }

    /// Seconds that a probe has waited before its server is asked for its load, and between two such questions.
    static let loadAskedAfter = 1.0
    private static let loadAskedEvery = 2.0

    /// Has a gateway watched from now on.
    package mutating func watch(gateway name: String, _ world: GatewayWorld) {
        gateways[name] = GatewayWatch(world: world)
        push(.gatewayTurn(name, version: 0), at: now)
    }

    /// Has a local runtime watched from now on; its models are probed while they are in memory.
    package mutating func watch(_ runtime: LocalRuntime, _ world: LocalWorld) {
        locals[runtime] = world
        push(.poll(runtime), at: now)
    }

    /// The decision wants to know of a gateway now; it is asked no more often than its watcher's suspicion allows.
    mutating func suspect(_ name: String) {
        guard var watch = gateways[name], !watch.isSuspected else { return }
        watch.isSuspected = true
        gateways[name] = watch
        if !watch.isAsking { planPoll(of: name) }
    }

    /// Whether a probe of it would load nothing.
    func isLoaded(_ config: ModelConfig) -> Bool {
        guard let runtime = config.localRuntime, let world = locals[runtime] else { return true }
        return !world.isSilent(at: now) && world.state(of: config.id, at: now) == .loaded
    }

    mutating func ask(_ step: Step) {
        switch step {
        case .load(let index, let number):
            guard models[index].flights.contains(number) else { return }
            submit(.load(models[index].key, worlds[index].load(at: now)), .probe)
            push(step, at: now + Self.loadAskedEvery)
        case .poll(let runtime):
            guard let world = locals[runtime] else { return }
            push(step, at: now + world.interval)
            poll(runtime, world)
        case .gatewayTurn(let name, let version):
            guard var watch = gateways[name], watch.version == version, !watch.isAsking else { return }
            let (isUp, latency, detail) = watch.world.answer(at: now)
            watch.isAsking = true
            watch.isSuspected = false
            gateways[name] = watch
            push(.gatewayAnswer(name, isUp: isUp, detail), at: now + latency)
        case .gatewayAnswer(let name, let isUp, let detail):
            gateways[name]?.isAsking = false
            gateways[name]?.isUp = isUp
            gateways[name]?.askedAt = now
            submit(.gateway(name, isUp: isUp, detail: detail), .probe)
            planPoll(of: name)
        default: break
        }
    }

    private mutating func planPoll(of name: String) {
        guard var watch = gateways[name], !watch.isAsking else { return }
        watch.version += 1
        gateways[name] = watch
        let isQuick = watch.isSuspected || !watch.isUp
        let next = watch.askedAt + (isQuick ? watch.world.suspiciousInterval : watch.world.interval)
        push(.gatewayTurn(name, version: watch.version), at: max(next, now))
    }

    private mutating func poll(_ runtime: LocalRuntime, _ world: LocalWorld) {
        let isUp = !world.isSilent(at: now)
        submit(.runtime(runtime, isUp: isUp, detail: isUp ? "" : "it does not answer"), .local)
        guard isUp else { return }
        for model in models where model.config?.localRuntime == runtime {
            let id = model.key.modelID
            submit(.local(id, LocalModel(name: id.rawValue, state: world.state(of: id, at: now))), .local)
        }
    }
}
