/// The share of the *observed* time of the last day in which a model was not unhealthy.
///
/// Times are uptime in seconds. Time in which nothing was known, and idle time, is left out of both sides.
struct AvailabilityWindow: Sendable {
    private struct Slot: Sendable {
        var number: Int32
        var observed: Float = 0
        var down: Float = 0
    }
    enum State: Sendable { case up, down, unobserved }

    private static let slotWidth = 1_800.0
    private static let slots = 48
    /// Seconds between two looks at the clock beyond which time is not observed.
    private static let longestGap = 60.0

    private var slots: [Slot] = []
    private var state = State.unobserved
    private var countedUntil: Double?

    /// Counts the time since the last call under the state that held in it, and takes up the new one.
    mutating func advance(to uptime: Double, _ next: State) {
        count(until: uptime)
        state = next
    }

    /// A fraction 0…1; `nil` when nothing was observed.
    mutating func availability(at uptime: Double) -> Double? {
        count(until: uptime)
        let oldest = Int32((uptime / Self.slotWidth).rounded(.down)) - Int32(Self.slots)
        if let first = slots.first, first.number <= oldest { slots.removeAll { $0.number <= oldest } }
        let (observed, down) = slots.reduce((0.0, 0.0)) { ($0.0 + Double($1.observed), $0.1 + Double($1.down)) }
        return observed > 0 ? min(1, max(0, 1 - down / observed)) : nil
    }

    /// Takes up a stretch of before the first look, which may lie before uptime 0.
    mutating func recall(from: Double, to: Double, isDown: Bool) {
        var from = from
        while from < to {
            let number = Int32((from / Self.slotWidth).rounded(.down))
            let end = min(to, Double(number + 1) * Self.slotWidth)
            let index = slots.firstIndex { $0.number >= number } ?? slots.endIndex
            if index == slots.endIndex || slots[index].number != number {
                slots.insert(Slot(number: number), at: index)
            }
            slots[index].observed += Float(end - from)
            if isDown { slots[index].down += Float(end - from) }
            from = end
        }
    }

    private mutating func count(until uptime: Double) {
        defer { countedUntil = max(uptime, countedUntil ?? uptime) }
        guard state != .unobserved, let countedUntil else { return }
        // Nobody looked in a longer gap: the machine slept.
        var from = max(countedUntil, uptime - Self.longestGap)
        while from < uptime {
            let number = Int32(from / Self.slotWidth)
            let to = min(uptime, Double(number + 1) * Self.slotWidth)
            if slots.last.map({ $0.number < number }) ?? true { slots.append(Slot(number: number)) }
            slots[slots.count - 1].observed += Float(to - from)
            if state == .down { slots[slots.count - 1].down += Float(to - from) }
            from = to
        }
    }
}
