public import Health

/// What changes between two configurations, and what of it a running daemon cannot take over.
public struct ConfigurationDiff: Sendable, Hashable {
    /// A part of the configuration, by its key.
    public enum Part: String, Sendable, Hashable, CaseIterable, Comparable {
        /// The sections of the file that a reload compares.
        case server, gateways, providers, defaults, models, local, history, network, logging, policy, limits
        /// More of them.
        case statusPage, maintenance, announcements

        public static func < (a: Part, b: Part) -> Bool { a.rawValue < b.rawValue }

        /// Whether a daemon takes it over, wholly or partly, only when it starts: what is open, watched and decided by
        /// already. The models' own routes, gateways included, are always taken over at once.
        public var needsRestart: Bool {
            switch self {
            case .server, .gateways, .local, .history, .network, .logging, .policy, .limits, .statusPage:
                true
            case .providers, .defaults, .models, .maintenance, .announcements: false
            }
        }
    }

    /// Models that join, sorted by id.
    public let added: [ModelConfig]
    /// Models that leave.
    public let removed: [ModelID]
    /// Models that stay and are probed differently: the new settings.
    public let changed: [ModelConfig]
    /// The parts in which anything differs.
    public let parts: Set<Part>

    /// Whether nothing differs that a daemon would notice.
    public var isEmpty: Bool { parts.isEmpty && added.isEmpty && removed.isEmpty && changed.isEmpty }

    /// The parts that differ and are taken over only by a restart, sorted.
    public var restart: [Part] { parts.filter(\.needsRestart).sorted() }

    /// - Throws: what does not fit together in either; configurations that were loaded have been checked already.
    public init(from old: Configuration, to new: Configuration) throws(ConfigurationError) {
        let before = Self.byID(try old.modelConfigs())
        let after = Self.byID(try new.modelConfigs())
        added = after.values.filter { before[$0.id] == nil }.sorted { $0.id < $1.id }
        removed = before.keys.filter { after[$0] == nil }.sorted()
        changed = after.values.filter { config in before[config.id].map { $0 != config } ?? false }
            .sorted { $0.id < $1.id }
        parts = Set(Part.allCases.filter { $0.differs(old, new) })
    }

    private static func byID(_ models: [ModelConfig]) -> [ModelID: ModelConfig] {
        Dictionary(models.map { ($0.id, $0) }) { first, _ in first }
    }
}

extension ConfigurationDiff.Part {
    fileprivate func differs(_ old: Configuration, _ new: Configuration) -> Bool {
        switch self {
        case .server: old.server != new.server
        case .gateways: old.gateways != new.gateways
        case .providers: old.providers != new.providers
        case .defaults: old.defaults != new.defaults
        case .models: old.models != new.models
        case .local: old.local != new.local
        case .history: old.history != new.history
        case .network: old.network != new.network
        case .logging: old.logging != new.logging
        case .policy: old.policy != new.policy
        case .limits: old.limits != new.limits
        case .statusPage: old.statusPage != new.statusPage
        case .maintenance: old.maintenance != new.maintenance
        case .announcements: old.announcements != new.announcements
        }
    }
}
