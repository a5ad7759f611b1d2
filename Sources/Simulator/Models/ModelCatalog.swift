import Synchronization

/// All models, sites and faces of a simulator with their behaviours; the only mutable state that answers depend on.
final class ModelCatalog: Sendable {
    private let state: Mutex<State>
    private let clock: SimulatorClock

    private struct State: Sendable {
        var faces: [Face: Shelf] = [:]
        var sites: [String: BehaviorState] = [:]
        var faceBehaviors: [Face: BehaviorState] = [:]
        var lmStudio = LMStudioSettings()
        var keyLimits: [Face: KeyLimit] = [:]
        /// What keys have used, by face and key.
        var windows: [Face: [String: RateWindow]] = [:]
        /// Where the faces listen, or listened.
        var addresses: [Face: String] = [:]
        /// The faces whose port was closed on purpose.
        var stopped: Set<Face> = []
    }

    /// The models of one face, in the order of their arrival.
    private struct Shelf: Sendable {
        var order: [String] = []
        var models: [String: ModelState] = [:]
    }

    init(_ configuration: SimulatorConfiguration, clock: SimulatorClock) throws(SimulatorError) {
        self.clock = clock
        state = Mutex(try Self.initialState(configuration))
    }

    private static func initialState(_ configuration: SimulatorConfiguration) throws(SimulatorError) -> State {
        var initial = State()
        for model in configuration.models { try insert(model, into: &initial) }
        initial.sites = configuration.sites.mapValues(BehaviorState.init)
        initial.lmStudio = configuration.lmStudio
        initial.keyLimits = configuration.keyLimits
        return initial
    }

    /// Returns everything to the state of the start.
    func reset(to configuration: SimulatorConfiguration) throws(SimulatorError) {
        var initial = try Self.initialState(configuration)
        state.withLock { state in
            initial.addresses = state.addresses
            initial.stopped = state.stopped
            state = initial
        }
    }

    /// The settings of the LM Studio face; they can be changed while it runs.
    var lmStudio: LMStudioSettings {
        get { state.withLock(\.lmStudio) }
        set { state.withLock { $0.lmStudio = newValue } }
    }

    /// Adds a model; an error when the face has it already.
    func add(_ model: SimulatedModel) throws(SimulatorError) {
        try state.withLock { state throws(SimulatorError) in try Self.insert(model, into: &state) }
    }

    private static func insert(_ model: SimulatedModel, into state: inout State) throws(SimulatorError) {
        guard model.face.holdsModels else {
            throw SimulatorError(
                "the face '\(model.face.rawValue)' has no models of its own, so '\(model.id)' cannot be there")
        }
        let key = Self.key(model.id, on: model.face)
        guard state.faces[model.face]?.models[key] == nil else {
            throw SimulatorError("the model '\(model.id)' is on the face '\(model.face.rawValue)' twice")
        }
        state.faces[model.face, default: Shelf()].order.append(key)
        state.faces[model.face, default: Shelf()].models[key] = ModelState(model)
    }

    /// Takes a model away, as if it had been deleted or retired.
    func remove(_ id: String, from face: Face) throws(SimulatorError) {
        let key = Self.key(id, on: face)
        let isGone = state.withLock { state in
            guard state.faces[face]?.models.removeValue(forKey: key) != nil else { return false }
            state.faces[face]?.order.removeAll { $0 == key }
            return true
        }
        guard isGone else { throw Self.unknown(id, on: face) }
    }

    func setBehavior(_ behavior: Behavior, of id: String, on face: Face) throws(SimulatorError) {
        let now = clock.now
        try change(id, on: face) { $0.behavior.set(behavior, at: now) }
    }

    /// The behaviour that the model had when it was added.
    func resetBehavior(of id: String, on face: Face) throws(SimulatorError) {
        let now = clock.now
        try change(id, on: face) { $0.behavior.set($0.specification.behavior, at: now) }
    }

    func setLoaded(_ isLoaded: Bool, _ id: String, on face: Face) throws(SimulatorError) {
        let now = clock.now
        try change(id, on: face) { $0.setLoaded(isLoaded, at: now) }
    }

    func setVRAMShare(_ share: Double, of id: String, on face: Face) throws(SimulatorError) {
        try change(id, on: face) { $0.specification.vramShare = share }
    }

    private func change(_ id: String, on face: Face, _ body: (inout ModelState) -> Void) throws(SimulatorError) {
        let key = Self.key(id, on: face)
        let isKnown = state.withLock { state in
            guard var model = state.faces[face]?.models[key] else { return false }
            body(&model)
            state.faces[face]?.models[key] = model
            return true
        }
        guard isKnown else { throw Self.unknown(id, on: face) }
    }

    /// The behaviour of everything below `/{site}/`; nil takes the site away.
    func setSite(_ name: String, _ behavior: Behavior?) {
        let now = clock.now
        state.withLock { state in
            guard let behavior else { return _ = state.sites.removeValue(forKey: name) }
            state.sites[name, default: BehaviorState(.ok)].set(behavior, at: now)
        }
    }

    /// The behaviour that a whole face shows before it looks at the request; nil for none.
    func setFace(_ face: Face, _ behavior: Behavior?) {
        let now = clock.now
        state.withLock { state in
            guard let behavior else { return _ = state.faceBehaviors.removeValue(forKey: face) }
            state.faceBehaviors[face, default: BehaviorState(.ok)].set(behavior, at: now)
        }
    }

    /// What a request meets before the face looks at it; nil when the face behaves.
    func meetFace(_ face: Face) -> BehaviorState.Encounter? {
        let now = clock.now
        return state.withLock { $0.faceBehaviors[face]?.meet(at: now) }
    }

    /// What a request meets at a site; nil when there is none of that name.
    func meetSite(_ name: String) -> BehaviorState.Encounter? {
        let now = clock.now
        return state.withLock { $0.sites[name]?.meet(at: now) }
    }

    func hasSite(_ name: String) -> Bool { state.withLock { $0.sites[name] != nil } }

    /// Where a request with this key stands in the limit of all that the key asks for; nil when there is none.
    func meetKey(_ key: String?, on face: Face) -> BehaviorState.Allowance? {
        let now = clock.now
        return state.withLock { state in
            guard let limit = state.keyLimits[face] else { return nil }
            var allowance = state.windows[face, default: [:]][key ?? "", default: RateWindow()].count(
                limit.limit, at: now)
            allowance.style = limit.style
            return allowance
        }
    }

    /// The queues of a face's models, each with its model.
    func queues(on face: Face) -> [SlotQueue] {
        state.withLock { state in
            (state.faces[face]?.order ?? []).compactMap { state.faces[face]?.models[$0]?.queue }
        }
    }

    /// Whether a model is there, without a request to it.
    func model(_ id: String, on face: Face) -> SimulatedModel? {
        state.withLock { $0.faces[face]?.models[Self.key(id, on: face)]?.specification }
    }

    /// What a request to a model meets; nil when the face has no such model.
    /// - Parameter loading: whether the request brings the model into memory, and for how long.
    func meet(_ id: String, on face: Face, loading: LoadingRule = .none) -> Meeting? {
        let key = Self.key(id, on: face)
        let now = clock.now
        return state.withLock { state in
            guard var model = state.faces[face]?.models[key] else { return nil }
            let load: ModelState.Loading? =
                switch loading {
                case .none: nil
                case .asNeeded(let keepAlive, let isLasting):
                    model.begin(keepAlive: keepAlive, isLasting: isLasting, at: now)
                }
            let encounter = model.behavior.meet(at: now)
            state.faces[face]?.models[key] = model
            return Meeting(
                model: model.specification, encounter: encounter, loading: load,
                queue: model.queue,
                visit: load == nil ? nil : Visit { [weak self] in self?.leave(key, on: face) })
        }
    }

    enum LoadingRule: Sendable, Equatable {
        case none
        /// - Parameter isLasting: whether a model that is in memory takes over the `keepAlive`.
        case asNeeded(keepAlive: Duration?, isLasting: Bool = true)
    }

    struct Meeting: Sendable {
        var model: SimulatedModel
        var encounter: BehaviorState.Encounter
        var loading: ModelState.Loading?
        /// Where the request waits for its turn; nil where nobody waits.
        var queue: SlotQueue?
        /// Keeps a local model in memory until the request is answered.
        var visit: Visit?
    }

    /// Loads a model without an inference; the time it stays runs from when it is there.
    func load(_ id: String, on face: Face, keepAlive: Duration?) -> ModelState.Loading? {
        let key = Self.key(id, on: face)
        let now = clock.now
        return state.withLock { state in
            let loading = state.faces[face]?.models[key]?.begin(keepAlive: keepAlive, at: now)
            state.faces[face]?.models[key]?.end(at: now)
            return loading
        }
    }

    private func leave(_ key: String, on face: Face) {
        let now = clock.now
        state.withLock { $0.faces[face]?.models[key]?.end(at: now) }
    }

    /// Notes where a face listens and whether it does. The gateway, which reaches the face without a connection, has to
    /// find a closed one refused as well.
    func setListening(_ isListening: Bool, _ face: Face, at address: String) {
        state.withLock { state in
            state.addresses[face] = address
            if isListening { state.stopped.remove(face) } else { state.stopped.insert(face) }
        }
    }

    /// Whether a face's port was closed on purpose.
    func isStopped(_ face: Face) -> Bool { state.withLock { $0.stopped.contains(face) } }

    /// Host and port of a face.
    func address(of face: Face) -> String { state.withLock { $0.addresses[face] ?? "127.0.0.1:0" } }

    /// Puts the models out of memory that a request had loaded, but for one.
    func evictOthers(than id: String, on face: Face) {
        let now = clock.now
        state.withLock { state in
            for (key, model) in state.faces[face]?.models ?? [:]
            where key != Self.key(id, on: face) && model.leavesAt(now) != nil {
                state.faces[face]?.models[key]?.setLoaded(false, at: now)
            }
        }
    }

    /// The models of a face, in the order of their arrival.
    func models(on face: Face) -> [ModelSnapshot] {
        let now = clock.now
        return state.withLock { state in
            guard let shelf = state.faces[face] else { return [] }
            return shelf.order.compactMap { key in
                guard var model = shelf.models[key] else { return nil }
                model.behavior.settle(at: now)
                return ModelSnapshot(
                    specification: model.specification, behavior: model.behavior.current,
                    isLoaded: model.isLoaded(at: now), leavesIn: model.leavesAt(now).map { $0 - now },
                    loads: model.loads)
            }
        }
    }

    /// The faces that have a model of this id.
    func faces(having id: String) -> [Face] {
        state.withLock { state in
            Face.allCases.filter { state.faces[$0]?.models[Self.key(id, on: $0)] != nil }
        }
    }

    /// Ollama's name without a tag means `:latest`, and without host and namespace those of its own library; the tag
    /// stands after the last `/`, since a host may have a port. Its names are the same in any case.
    static func key(_ id: String, on face: Face) -> String {
        guard face == .ollama else { return id }
        var name = id[...]
        for prefix in ["registry.ollama.ai/", "library/"] where name.lowercased().hasPrefix(prefix) {
            name.removeFirst(prefix.count)
        }
        let last = name.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        return (last.contains(":") ? String(name) : name + ":latest").lowercased()
    }

    private static func unknown(_ id: String, on face: Face) -> SimulatorError {
        SimulatorError("there is no model '\(id)' on the face '\(face.rawValue)'")
    }
}

/// A model as it stands now.
package struct ModelSnapshot: Sendable, Equatable {
    package var specification: SimulatedModel
    /// The behaviour in use now.
    package var behavior: Behavior
    package var isLoaded: Bool
    /// The time until a loaded model leaves memory; nil when it stays or is not loaded.
    package var leavesIn: Duration?
    /// How often a request has loaded the model.
    package var loads: Int
}
