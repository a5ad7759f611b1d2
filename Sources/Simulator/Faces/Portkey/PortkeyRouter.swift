import Synchronization

/// Chooses targets by strategy: single, fallback, loadbalance, conditional, one within the other.
struct PortkeyRouter: Sendable {
    let caller: PortkeyCaller
    private let dice = Dice()

    init(caller: PortkeyCaller) { self.caller = caller }

    enum Route: Sendable {
        case answered(PortkeyAnswer)
        /// The gateway itself failed, or refuses; no further target is tried.
        case failed(Reply)
    }

    func route(_ incoming: Incoming, along config: PortkeyConfig) async throws -> Route {
        try await route(incoming, config, at: "config", isOuter: true)
    }

    private func route(
        _ incoming: Incoming, _ config: PortkeyConfig, at index: String, isOuter: Bool
    ) async throws -> Route {
        guard let strategy = config.strategy else { return try await caller.call(incoming, config, at: index) }
        func follow(_ position: Int) async throws -> Route {
            guard config.targets.indices.contains(position) else { return .failed(Self.unresolved) }
            // Only the outermost level is reported (provider-facts §1.3).
            return try await route(
                incoming, config.targets[position].inheriting(from: config),
                at: isOuter ? "\(index).targets[\(position)]" : index, isOuter: false)
        }
        switch strategy.mode {
        case .single: return try await follow(0)
        case .loadbalance: return try await follow(dice.choose(config.targets.map(\.weight)))
        case .conditional:
            let name = target(of: strategy, for: incoming)
            guard let name, let position = config.targets.firstIndex(where: { $0.name == name }) else {
                return .failed(Self.unresolved)
            }
            return try await follow(position)
        case .fallback:
            var last = Route.failed(Self.unresolved)
            for position in config.targets.indices {
                last = try await follow(position)
                guard case .answered(let answer) = last else { return last }
                let status = answer.reply.status
                let goesOn = strategy.statusCodes.map { $0.contains(status) } ?? !(200..<300).contains(status)
                if !goesOn { return last }
            }
            return last
        }
    }

    private static var unresolved: Reply { PortkeyVoice.failure("Query router did not resolve to any valid target") }

    private func target(of strategy: PortkeyConfig.Strategy, for incoming: Incoming) -> String? {
        let metadata = incoming.header("x-portkey-metadata").flatMap { try? JSON(parsing: $0) } ?? [:]
        let query = ConditionQuery(metadata: metadata, params: incoming.json ?? [:], path: incoming.path)
        return strategy.conditions.first { query.matches($0.query) }?.then ?? strategy.defaultTarget
    }

    /// Draws by weight, the same way in each run.
    private final class Dice: Sendable {
        private let generator = Mutex(SeededGenerator(seed: 1))

        func choose(_ weights: [Double]) -> Int {
            let total = weights.reduce(0, +)
            guard total > 0 else { return 0 }
            var mark = generator.withLock { $0.fraction() } * total
            for (position, weight) in weights.enumerated() where weight > 0 {
                if mark < weight { return position }
                mark -= weight
            }
            return weights.lastIndex { $0 > 0 } ?? 0
        }
    }
}
