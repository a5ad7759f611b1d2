/// Outcomes and latencies of the last minutes, in slots that fall off one by one.
///
/// Times are uptime in seconds. What is asked at an instant covers between `length` and `length + slotWidth`.
struct OutcomeWindow: Sendable {
    private struct Slot: Sendable {
        /// Counted from uptime 0 in slot widths.
        var number: Int
        var successes: UInt32 = 0
        var failures: UInt32 = 0
        var latency = LatencySketch()
        var firstToken = LatencySketch()
    }

    static let length = 300.0
    private static let slotWidth = 60.0
    private static let slots = Int(length / slotWidth) + 1

    /// Oldest first.
    private var slots: [Slot] = []

    mutating func record(
        successes: Int, failures: Int, latency: Double?, firstToken: Double? = nil, at uptime: Double
    ) {
        let number = Int(uptime / Self.slotWidth)
        drop(before: number)
        // Evidence may come a little out of order: it is counted where it arrives.
        if slots.isEmpty || slots[slots.count - 1].number < number { slots.append(Slot(number: number)) }
        let last = slots.count - 1
        slots[last].successes = UInt32(clamping: Int(slots[last].successes) + min(successes, Int(UInt32.max)))
        slots[last].failures = UInt32(clamping: Int(slots[last].failures) + min(failures, Int(UInt32.max)))
        if let latency { slots[last].latency.record(latency, times: max(successes, 1)) }
        if let firstToken { slots[last].firstToken.record(firstToken) }
    }

    mutating func record(successes: Int, failures: Int, latencies: LatencySketch, at uptime: Double) {
        record(successes: successes, failures: failures, latency: nil, at: uptime)
        if !latencies.isEmpty { slots[slots.count - 1].latency.merge(latencies) }
    }

    struct Summary: Sendable {
        var successes = 0
        var failures = 0
        var latency = LatencySketch()
        var firstToken = LatencySketch()

        /// `nil` without outcomes.
        var errorRate: Double? {
            let total = successes + failures
            return total == 0 ? nil : Double(failures) / Double(total)
        }
    }

    mutating func summary(at uptime: Double) -> Summary {
        drop(before: Int(uptime / Self.slotWidth))
        return slots.reduce(into: Summary()) { summary, slot in
            summary.successes += Int(slot.successes)
            summary.failures += Int(slot.failures)
            summary.latency.merge(slot.latency)
            summary.firstToken.merge(slot.firstToken)
        }
    }

    private mutating func drop(before number: Int) {
        guard !slots.isEmpty, slots[0].number <= number - Self.slots else { return }
        slots.removeAll { $0.number <= number - Self.slots }
    }
}
