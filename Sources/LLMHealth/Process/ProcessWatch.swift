import Health
import Logging
import Metrics
import Observation
import ServiceLifecycle
import Telemetry

/// Looks every few seconds how many file descriptors are left, and says so when there are hardly any.
struct ProcessWatch: Service {
    /// The part of the limit from which on it is told.
    static let highShare = 0.95
    static let name = "descriptors"

    let limit: DescriptorLimit
    let intake: Intake
    let timekeeper: Timekeeper
    let logger: Logger
    var interval = Duration.seconds(5)
    /// How many are open; `nil` when not even that can be looked up.
    var open: @Sendable () -> Int? = { DescriptorLimit.open }

    private static let openDescriptors = Metric.gauge("process_open_fds", "File descriptors that are open.")
    private static let mostDescriptors = Metric.gauge("process_max_fds", "File descriptors that may be open.")
    static let countedMetrics = [openDescriptors, mostDescriptors]

    private let openGauge = Self.openDescriptors.makeGauge()
    private let maximumGauge = Self.mostDescriptors.makeGauge()

    init(limit: DescriptorLimit, intake: Intake, timekeeper: Timekeeper, logger: Logger) {
        self.limit = limit
        self.intake = intake
        self.timekeeper = timekeeper
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var wasShort: Bool?
            while !Task.isCancelled {
                wasShort = look(wasShort: wasShort)
                guard (try? await timekeeper.sleep(for: interval)) != nil else { return }
            }
        }
    }

    /// - Returns: whether there are hardly any left.
    func look(wasShort: Bool?) -> Bool {
        let open = open()
        maximumGauge.record(limit.soft)
        if let open { openGauge.record(open) }
        let isShort = open.map { Double($0) >= Double(limit.soft) * Self.highShare } ?? true
        let detail = sentence(open, isShort)
        intake.submit(
            Evidence(
                .component(.process, name: Self.name, isUp: !isShort, detail: detail), source: .daemon,
                at: timekeeper.now))
        if isShort != (wasShort ?? false) {
            logger.log(level: isShort ? .error : .notice, "\(detail)")
        }
        return isShort
    }

    private func sentence(_ open: Int?, _ isShort: Bool) -> String {
        let count = open.map { "\($0) of \(limit.soft)" } ?? "all \(limit.soft)"
        guard isShort else { return "\(count) file descriptors are in use." }
        let advice =
            limit.hard > limit.soft || limit.soft < 4_096
            ? "raise the limit (ulimit -Hn, LimitNOFILE)" : "look for what opens so many"
        return "This process has hardly any file descriptors left (\(count) in use): \(advice)."
    }
}
