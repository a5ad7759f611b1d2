import Health
import Synchronization

/// Which models are watched: those that are written and those that lists bring, put together.
///
/// A written model wins over a listed one of the same upstream. A list that could not be read changes nothing, so
/// nothing leaves the fleet because somebody was silent.
final class FleetDirectory: Sendable {
    private struct State {
        var configured: [ModelConfig] = []
        var sources: [DiscoverySource.Place: DiscoverySource] = [:]
        /// What each list last held, by upstream name.
        var listed: [DiscoverySource.Place: [String: ModelConfig.Mode]] = [:]
        var fleet: [ModelConfig] = []
        var isStarted = false
    }

    private let state = Mutex(State())
    private let limit: Int
    private let onChange: @Sendable ([ModelConfig]) -> Void

    /// - Parameters:
    ///   - limit: the most models that lists may bring.
    ///   - onChange: told the whole fleet whenever it changes, in order.
    init(limit: Int, onChange: @escaping @Sendable ([ModelConfig]) -> Void) {
        self.limit = limit
        self.onChange = onChange
    }

    var fleet: [ModelConfig] { state.withLock { $0.fleet } }

    /// Takes up what the configuration says; lists that are still read keep what they held.
    func configure(_ models: [ModelConfig], sources: [DiscoverySource]) {
        update { state in
            state.configured = models
            state.sources = Dictionary(sources.map { ($0.place, $0) }, uniquingKeysWith: { first, _ in first })
            state.listed = state.listed.filter { state.sources[$0.key] != nil }
        }
    }

    /// Takes up what a list holds now.
    func list(_ names: [(name: String, mode: ModelConfig.Mode)], at place: DiscoverySource.Place) {
        update { state in
            guard state.sources[place] != nil else { return }
            state.listed[place] = Dictionary(names.map { ($0.name, $0.mode) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// The id of a runtime's model: the one that is written for it, else the listed one's, else its own name.
    func id(of name: String, at runtime: LocalRuntime) -> ModelID {
        state.withLock { state in
            state.fleet.first { $0.localRuntime == runtime && $0.targets.contains { runtime.isSame($0.model, name) } }?
                .id
                ?? ModelID(name)
        }
    }

    /// The names under which a runtime should have models.
    func expected(at runtime: LocalRuntime) -> Set<String> {
        state.withLock { state in
            Set(
                state.configured.filter { $0.localRuntime == runtime }.flatMap { $0.targets.map(\.model) })
        }
    }

    private func update(_ change: (inout State) -> Void) {
        // Told under the lock, so that two changes cannot overtake each other.
        state.withLock { state in
            change(&state)
            let fleet = assembled(state)
            guard fleet != state.fleet || !state.isStarted else { return }
            state.fleet = fleet
            state.isStarted = true
            onChange(fleet)
        }
    }

    private func assembled(_ state: State) -> [ModelConfig] {
        var fleet = state.configured
        var ids = Set(fleet.map(\.id))
        var left = limit
        for (place, names) in state.listed.sorted(by: { $0.key.order < $1.key.order }) {
            guard let source = state.sources[place] else { continue }
            for (name, mode) in names.sorted(by: { $0.key < $1.key }) where left > 0 {
                if state.configured.contains(where: { $0.covers(name, of: source) }) { continue }
                guard let model = source.modelConfig(for: name, mode: mode, isTaken: ids.contains),
                    ids.insert(model.id).inserted
                else { continue }
                fleet.append(model)
                left -= 1
            }
        }
        return fleet
    }
}

extension ModelConfig {
    /// Whether it already watches this model of a list.
    fileprivate func covers(_ name: String, of source: DiscoverySource) -> Bool {
        guard provider == source.provider || localRuntime.map({ source.place == .runtime($0) }) ?? false else {
            return false
        }
        return targets.contains { localRuntime?.isSame($0.model, name) ?? ($0.model == name) }
    }
}

extension DiscoverySource.Place {
    /// Lists are taken in this order, so that ids come out the same every time.
    fileprivate var order: String {
        switch self {
        case .provider(let name): "0 \(name)"
        case .gateway(let name): "1 \(name)"
        case .runtime(let runtime): "2 \(runtime.rawValue)"
        }
    }
}
