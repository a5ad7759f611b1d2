public import Health

extension CostEstimate {
    /// A key's written limit, and what probing may take of it.
    public struct Allotment: Sendable, Hashable, Encodable {
        /// The provider's name in the configuration.
        public var provider: String
        /// What the operator wrote.
        public var limit: RequestLimit
        /// The models that are asked with the key.
        public var models: [ModelID]
        /// What these would ask in a day if there were no limit.
        public var wantedPerDay: Double
        /// Targets of these models; each gets an equal part.
        private var targets: Int
        private let key: Secret?

        /// Probes in a day for all of them.
        public var probesPerDay: Double { limit.probesPerDay }
        var probesPerTarget: Double { probesPerDay / Double(max(targets, 1)) }
        /// How far apart the looks at one target are; `nil` where the limit changes nothing.
        public var lookEvery: Duration? {
            wantedPerDay > probesPerDay && probesPerTarget > 0 ? .seconds(86_400 / probesPerTarget) : nil
        }

        static func all(of models: [ModelConfig]) -> [Allotment] {
            var all: [Allotment] = []
            for model in models {
                for target in model.targets {
                    guard let limit = target.limit else { continue }
                    let wanted = ([model.interval] + model.checks.map(\.interval))
                        .reduce(0) { $0 + 86_400 / max($1.seconds, 0.001) }
                    let index =
                        all.firstIndex { $0.covers(target, of: model) }
                        ?? {
                            all.append(
                                Allotment(
                                    provider: model.provider, limit: limit, models: [], wantedPerDay: 0, targets: 0,
                                    key: target.key))
                            return all.count - 1
                        }()
                    all[index].wantedPerDay += wanted
                    all[index].targets += 1
                    if all[index].models.last != model.id { all[index].models.append(model.id) }
                }
            }
            return all
        }

        func covers(_ target: ModelTarget, of model: ModelConfig) -> Bool {
            provider == model.provider && key == target.key && limit == target.limit
        }

        private enum CodingKeys: String, CodingKey {
            case provider, requests, periodSeconds, share, models, wantedPerDay, probesPerDay, lookEverySeconds
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(provider, forKey: .provider)
            try container.encode(limit.requests, forKey: .requests)
            try container.encode(limit.period.seconds, forKey: .periodSeconds)
            try container.encode(limit.share, forKey: .share)
            try container.encode(models, forKey: .models)
            try container.encode(wantedPerDay, forKey: .wantedPerDay)
            try container.encode(probesPerDay, forKey: .probesPerDay)
            try container.encode(lookEvery?.seconds, forKey: .lookEverySeconds)
        }
    }
}
