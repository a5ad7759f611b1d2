import Health

extension ModelHealthStatus {
    /// The same with null for each figure that is no number.
    ///
    /// JSON has no NaN: without this, one odd division would keep every model from being shown.
    var finite: ModelHealthStatus {
        var model = self
        model.score = score?.finite
        model.latency = LatencyPercentiles(p50: latency.p50?.finite, p90: latency.p90?.finite, p99: latency.p99?.finite)
        model.timeToFirstTokenMs = timeToFirstTokenMs?.finite
        model.errorRate = errorRate?.finite
        model.availability = availability?.finite
        model.metadata = metadata.mapValues(\.finite)
        return model
    }
}

extension JSONValue {
    fileprivate var finite: JSONValue {
        switch self {
        case .number(let value): value.isFinite ? self : .null
        case .array(let elements): .array(elements.map(\.finite))
        case .object(let members): .object(members.mapValues(\.finite))
        case .null, .bool, .string: self
        }
    }
}

extension Double {
    fileprivate var finite: Double? { isFinite ? self : nil }
}
