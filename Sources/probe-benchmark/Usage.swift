#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the process has used, and when.
struct Usage {
    let cpu: Double
    let at: ContinuousClock.Instant

    static func now() -> Usage {
        var usage = rusage()
        #if canImport(Darwin)
        getrusage(RUSAGE_SELF, &usage)
        #else
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #endif
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return Usage(cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime), at: .now)
    }

    /// `0.123 ms CPU each, 500 a second`, of what happened since.
    func report(_ count: Int) -> (milliseconds: Double, perSecond: Double) {
        let end = Usage.now()
        let seconds = (end.at - at) / .seconds(1)
        return ((end.cpu - cpu) * 1_000 / Double(max(count, 1)), Double(count) / seconds)
    }
}
