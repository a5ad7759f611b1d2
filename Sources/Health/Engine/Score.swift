/// 0–100 for display and for ties between routes; the status itself comes from the detectors.
///
/// A weighted mean over the signals that are present, then squeezed into its status' band, so that no score
/// contradicts its traffic light.
struct Score {
    let value: Double?

    /// - Parameters:
    ///   - availability: fraction 0…1 of the last day.
    ///   - errorRate: fraction 0…1 of the last minutes.
    ///   - slowness: the median of the last minutes over the usual latency; 1 is usual.
    ///   - age: intervals since the last check.
    ///   - quality: fraction 0…1 of the custom checks' weight that passes.
    init(
        status: HealthStatus, availability: Double?, errorRate: Double?, slowness: Double?, age: Double?,
        quality: Double?, weights: HealthPolicy.Score
    ) {
        let band: ClosedRange<Double>
        switch status {
        case .healthy: band = 80...100
        case .degraded: band = 40...79
        case .unhealthy: band = 0...39
        case .unknown:
            value = nil
            return
        }
        var sum = 0.0
        var weight = 0.0
        func add(_ signal: Double?, _ itsWeight: Double) {
            guard let signal, itsWeight > 0 else { return }
            sum += min(max(signal, 0), 1) * itsWeight
            weight += itsWeight
        }
        add(availability, weights.availability)
        // Half of the requests failing is as bad as it gets for whoever sends them.
        add(errorRate.map { 1 - 2 * $0 }, weights.errors)
        // Four times the usual latency counts nothing.
        add(slowness.map { 1 - ($0 - 1) / 3 }, weights.latency)
        add(age.map { 1 - ($0 - 1) / 2 }, weights.freshness)
        add(quality, weights.quality)
        let mean = weight > 0 ? 100 * sum / weight : band.upperBound
        value = (min(max(mean, band.lowerBound), band.upperBound) * 10).rounded() / 10
    }
}
