/// The lengths that history is summed up in; each holds whole ones of the one before, and all begin with the day in UTC.
package enum RollUpWidth: Int64, Sendable, Hashable, CaseIterable, Comparable {
    case minute = 60_000
    case hour = 3_600_000
    case day = 86_400_000

    /// The same in milliseconds.
    package var milliseconds: Int64 { rawValue }
    /// The same in seconds.
    package var seconds: Double { Double(rawValue) / 1_000 }

    package static func < (a: RollUpWidth, b: RollUpWidth) -> Bool { a.rawValue < b.rawValue }

    /// The next shorter one.
    var finer: RollUpWidth? {
        switch self {
        case .minute: nil
        case .hour: .minute
        case .day: .hour
        }
    }

    /// The next longer one.
    var longer: RollUpWidth? {
        switch self {
        case .minute: .hour
        case .hour: .day
        case .day: nil
        }
    }

    /// The beginning of the stretch that a time lies in; milliseconds since 1970.
    func start(of time: Int64) -> Int64 { time.roundedDown(to: rawValue) }
}

extension Int64 {
    /// The largest multiple of `step` that is not greater.
    func roundedDown(to step: Int64) -> Int64 {
        let rest = self % step
        return rest < 0 ? self - rest - step : self - rest
    }

    /// The smallest multiple of `step` that is not less.
    func roundedUp(to step: Int64) -> Int64 { -(-self).roundedDown(to: step) }
}
