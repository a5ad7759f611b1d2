import Health
import Trials

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A replay as JSON Lines: each change, then the summary.
struct ReplayLines {
    static let names = ["a", "b"]

    /// Two policies: lines tell which one they are of.
    let isNamed: Bool
    private let encoder = HealthJSON.encoder()

    init(isNamed: Bool) { self.isNamed = isNamed }

    func line(_ event: HealthChangeEvent, of policy: Int) throws -> String {
        isNamed ? try text(Named(event: event, policy: Self.names[policy])) : try text(event)
    }

    func line(_ summaries: [ReplaySummary]) throws -> String {
        guard isNamed else { return try text(["summary": summaries[0]]) }
        return try text(["summary": Dictionary(zip(Self.names, summaries)) { first, _ in first }])
    }

    private func text(_ value: some Encodable) throws -> String {
        String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }

    private struct Named: Encodable {
        enum CodingKeys: CodingKey { case policy }
        var event: HealthChangeEvent
        var policy: String

        func encode(to encoder: any Encoder) throws {
            try event.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(policy, forKey: .policy)
        }
    }
}
