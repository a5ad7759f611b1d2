package import Health
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The lifetimes of a runtime's models, by what their names have in common.
struct LocalLives: Sendable {
    var lives: [String: LocalLifetime] = [:]
    /// The runtime's clock less ours, seconds.
    var ahead = 0.0
}

// Which models may be probed, and what a probe has to say so that it changes nothing.
extension LocalModelWatcher {
    /// A list younger than this is taken for the present one when a probe departs.
    private static let present = Duration.milliseconds(200)

    /// Whether a probe of the model would load nothing and keep nothing in memory; true for a model that is not local.
    package func isProbeable(_ model: ModelConfig) async -> Bool {
        guard let runtime = model.localRuntime else { return true }
        if settings.probing == .never { return false }
        if settings.probing == .unobtrusive, runtime.profile.residency == .untold { return false }
        let age: Duration = settings.probing == .always ? .seconds(1) : Self.present
        for target in model.targets {
            guard await isLoaded(target.model, on: runtime, maximumAge: age) else { return false }
            if case .none = leave(for: target, of: model, on: runtime) { return false }
        }
        return true
    }

    /// What a probe that departs now has to say; `nil` for a model that is not local.
    package func stay(for target: ModelTarget, of model: ModelConfig) -> LocalStay? {
        guard let runtime = model.localRuntime, let watched = watched[runtime] else { return nil }
        let name = runtime.nameKey(target.model)
        let context = status(of: runtime)?.loadedModels.first { $0.answers(to: target.model, on: runtime) }?
            .details["contextLength"]?.number
        var keepAlive: Duration?
        if case .keepAlive(let rest) = leave(for: target, of: model, on: runtime) { keepAlive = rest }
        let wall = timekeeper.now.wall
        let flight = watched.lives.withLock { [keepAlive] in
            $0.lives[name]?.depart(keepAlive: keepAlive, at: wall + $0.ahead)
        }
        return LocalStay(keepAlive: keepAlive, contextLength: context.flatMap { Int(exactly: $0) }) { isAnswered in
            guard let flight else { return }
            let wall = self.timekeeper.now.wall
            watched.lives.withLock { $0.lives[name]?.land(flight, isAnswered: isAnswered, at: wall + $0.ahead) }
        }
    }

    private func leave(for target: ModelTarget, of model: ModelConfig, on runtime: LocalRuntime) -> LocalLifetime.Leave
    {
        switch settings.probing {
        case .always: return .unbounded
        case .never: return .none(Self.neverProbed)
        case .unobtrusive: break
        }
        switch runtime.profile.residency {
        case .untold: return .none(Self.unknownEnd)
        case .permanent:
            let listed = status(of: runtime)?.loadedModels.first { $0.answers(to: target.model, on: runtime) }
            return listed?.unprobed.map { .none($0) } ?? .unbounded
        case .told: break
        }
        let wall = timekeeper.now.wall
        let leave = watched[runtime]?.lives.withLock { lives in
            lives.lives[runtime.nameKey(target.model)]?.leave(
                at: wall + lives.ahead, timeout: model.probe.timeout, spacing: model.interval)
        }
        // Only Ollama's own API takes a `keep_alive`.
        if target.gateway != nil || target.dialect != .ollama, case .keepAlive? = leave {
            return .none("a request that cannot name a keep_alive would put off its unloading")
        }
        return leave ?? .none("it has not been seen in memory yet")
    }

    /// Takes up when models leave memory, and says of those in memory which are not probed.
    func note(_ inventory: LocalInventory, of watched: Watched, at now: Moment) -> LocalInventory {
        let runtime = watched.wire.endpoint.runtime
        var inventory = inventory
        if let clock = inventory.clock {
            watched.lives.withLock { [inventory] lives in
                let ahead = clock.timeIntervalSince(now.wall)
                // Reading takes its time, and a header tells whole seconds: no clock is set by less.
                lives.ahead = abs(ahead) < 2 ? 0 : ahead
                let gone = Set(lives.lives.keys).subtracting(inventory.models.map { runtime.nameKey($0.name) })
                for name in gone { lives.lives[name] = nil }
                for model in inventory.models {
                    var life = lives.lives[runtime.nameKey(model.name)] ?? LocalLifetime()
                    switch model.state {
                    case .loaded: life.note(expiry: inventory.ends[model.name], at: now.wall + lives.ahead)
                    case .other: break
                    default: life.noteAbsent(at: now.wall + lives.ahead)
                    }
                    lives.lives[runtime.nameKey(model.name)] = life
                }
            }
        }
        for index in inventory.models.indices where inventory.models[index].state == .loaded {
            inventory.models[index].unprobed = unprobed(inventory.models[index], of: watched, at: now)
        }
        return inventory
    }

    private func unprobed(_ model: LocalModel, of watched: Watched, at now: Moment) -> String? {
        let runtime = watched.wire.endpoint.runtime
        switch (settings.probing, runtime.profile.residency) {
        case (.always, _): return nil
        case (.never, _): return Self.neverProbed
        case (.unobtrusive, .untold): return Self.unknownEnd
        case (.unobtrusive, .permanent): return model.unprobed
        case (.unobtrusive, .told):
            let leave = watched.lives.withLock { lives in
                lives.lives[runtime.nameKey(model.name)]?.leave(
                    at: now.wall + lives.ahead, timeout: ProbeConfig.standardTimeout,
                    spacing: ProbeConfig.standardInterval)
            }
            if case .none(let why)? = leave { return why }
            return nil
        }
    }

    private static let neverProbed = "the configuration says so"
    private static let unknownEnd =
        "any request would put off its unloading, and the runtime does not tell when that is due"
}

extension LocalInventory {
    /// The listed name that a configured one means, else its canonical spelling.
    func name(for name: String, on runtime: LocalRuntime) -> String {
        models.first { runtime.isSame($0.name, name) }?.name ?? runtime.canonicalName(name)
    }
}

extension ProbeConfig {
    /// What most probes are configured with, for a word on models before anybody configured them.
    fileprivate static let standardTimeout = Duration.seconds(10)
    fileprivate static let standardInterval = Duration.seconds(15)
}
