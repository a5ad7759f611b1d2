package import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// What a policy made of a recording.
package struct ReplaySummary: Sendable, Hashable, Encodable {
    /// Entries into the statuses that alarm people.
    package struct Entries: Sendable, Hashable, Encodable {
        package var degraded = 0
        package var unhealthy = 0
    }

    /// Parts of the time from the first evidence of a model to the end, 0…1.
    package struct Shares: Sendable, Hashable, Encodable {
        package var healthy = 0.0
        package var degraded = 0.0
        package var unhealthy = 0.0
        package var unknown = 0.0
    }

    /// Looks that the policy asked for beside the schedule, and those among them that the recording answers.
    package struct Looks: Sendable, Hashable, Encodable {
        package var asked = 0
        package var answered = 0
        package var unanswered = 0

        mutating func count(isAnswered: Bool) {
            asked += 1
            if isAnswered { answered += 1 } else { unanswered += 1 }
        }
    }

    package struct Model: Sendable, Hashable, Encodable {
        package var modelId: ModelID
        package var provider: String
        package var evidence: Int
        package var changes: Int
        package var entries: Entries
        package var share: Shares
        package var looks: Looks
    }

    /// Lines with evidence.
    package var lines: Int
    /// Outcomes in them.
    package var evidence: Int
    package var from: Date
    package var to: Date
    package var changes: Int
    package var entries: Entries
    package var share: Shares
    package var looks: Looks
    /// In the order of their ids.
    package var models: [Model]
}
