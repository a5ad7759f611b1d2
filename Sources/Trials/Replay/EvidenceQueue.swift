import Health
import HeapModule

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One thing that happened: a look that left, a look that came back, or outcomes of which only the end is known.
package struct ReplayStep: Sendable {
    package enum Kind: Sendable, Hashable {
        case started(number: UInt64)
        case finished(number: UInt64)
        case outcomes
    }

    /// Microseconds since 1970.
    package var at: Int64
    package var kind: Kind
    package var evidence: RecordedEvidence
    /// How often its target is looked at in this recording, about; `nil` where it is not known yet.
    package var every: Duration?
}

/// Puts what several writers recorded into one order, within bounds: a small disorder is mended, a greater one refused.
package struct EvidenceQueue: Sendable {
    /// How far a line may lie before an earlier one.
    package static let disorder: Int64 = 60_000_000
    /// A look that took longer is taken to have left this long before it came back.
    package static let longestLook: Int64 = 120_000_000
    /// Of so much, nothing is let out before all is read, so that the pace of most targets is known from the first step.
    package static let prelude: Int64 = 1_200_000_000
    /// A longer silence is a wrong clock.
    private static let longestGap: Int64 = 366 * 86_400_000_000

    private struct Item: Comparable {
        var order: UInt64
        var step: ReplayStep

        static func == (a: Item, b: Item) -> Bool { a.order == b.order }
        static func < (a: Item, b: Item) -> Bool { (a.step.at, a.order) < (b.step.at, b.order) }
    }

    private var waiting = Heap<Item>()
    private var order: UInt64 = 0
    private var number: UInt64 = 0
    private var oldest: Int64?
    private var newest: Int64?
    private var paces = RecordedPaces()
    /// What came before this is out of the queue.
    private var passed = Int64.min
    private let most: Int

    /// - Parameter most: steps that are held back at once; of more, the oldest go on early.
    package init(most: Int = 1_000_000) { self.most = most }

    /// Takes up the next line.
    package mutating func add(_ evidence: RecordedEvidence) throws(RecordingProblem) {
        let at = Self.microseconds(evidence.at)
        if let newest {
            guard at >= newest - Self.disorder, at >= passed else {
                let late = Double(newest - at) / 1_000_000
                throw RecordingProblem(
                    "is \(Int(late.rounded(.up))) s older than an earlier line; sort the lines by `at` to within 60 s"
                )
            }
            guard at - newest <= Self.longestGap else {
                throw RecordingProblem("is more than a year later than all before; mend `at`")
            }
        }
        oldest = min(oldest ?? at, at)
        newest = max(newest ?? at, at)
        if evidence.isLook { paces.note(evidence, at: evidence.startedAt.map(Self.microseconds) ?? at) }
        guard let startedAt = evidence.startedAt else { return push(at, .outcomes, evidence) }
        number += 1
        let start = max(Self.microseconds(startedAt), at - Self.longestLook, passed)
        push(start, .started(number: number), evidence)
        push(at, .finished(number: number), evidence)
    }

    /// The next step that no later line can come before; `nil` when more lines are needed.
    package mutating func next() -> ReplayStep? {
        guard let first = waiting.min, let oldest, let newest else { return nil }
        let isReady = newest - oldest >= Self.prelude && first.step.at < newest - Self.disorder - Self.longestLook
        guard isReady || waiting.count > most else { return nil }
        return last()
    }

    /// The next step once there are no more lines.
    package mutating func last() -> ReplayStep? {
        guard let item = waiting.popMin() else { return nil }
        passed = item.step.at
        var step = item.step
        // Up to here all lines have been read, whatever their order.
        let read = max(step.at + Self.longestLook, (oldest ?? step.at) + Self.prelude - Self.disorder)
        step.every = paces.every(step.evidence.key, upTo: read)
        return step
    }

    private mutating func push(_ at: Int64, _ kind: ReplayStep.Kind, _ evidence: RecordedEvidence) {
        order += 1
        waiting.insert(Item(order: order, step: ReplayStep(at: at, kind: kind, evidence: evidence)))
    }

    private static func microseconds(_ date: Date) -> Int64 {
        Int64((date.timeIntervalSince1970 * 1_000_000).rounded())
    }
}
