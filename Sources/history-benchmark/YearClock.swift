import Foundation
import Synchronization

/// A wall clock that is put forward by hand.
final class YearClock: Sendable {
    private let time = Mutex(Date(timeIntervalSince1970: 1_735_689_600))

    var now: Date { time.withLock { $0 } }

    func advance(by seconds: Double) { time.withLock { $0 += seconds } }
}
