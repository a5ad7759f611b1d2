package import Health

/// What every store refuses, so that one store never holds what another could not.
package enum HistoryLimits {
    /// The longest model id or provider name, in bytes of UTF-8.
    package static let nameBytes = 512
    /// The longest text of a probe's error or a reason that is kept, in bytes of UTF-8; a longer one is cut.
    package static let textBytes = 2_048
    /// No row is older than 1970 or as late as this, the year 2100: what every store's times can hold; milliseconds.
    package static let end: Int64 = 4_102_444_800_000
    /// The most changes of one model that a question takes in; more than one every five minutes for a year.
    package static let changes = 100_000
    /// The most buckets that may be asked for at once.
    package static let buckets = 10_000
    /// The longest range of a report, which tells each day: what sums are kept for.
    package static let report = Duration.seconds(5 * 366 * 86_400)
}

extension HealthSnapshot {
    /// The snapshot as every store keeps it: on the millisecond, without numbers that are none.
    package func storable() throws(HealthStorageError) -> HealthSnapshot {
        try checkNames(model: modelId, provider: provider)
        var row = self
        row.timestamp = try timestamp.onMillisecond(of: modelId)
        row.score = score.finite
        row.metrics.latencyP50 = metrics.latencyP50.finite
        row.metrics.latencyP90 = metrics.latencyP90.finite
        row.metrics.latencyP99 = metrics.latencyP99.finite
        row.metrics.errorRate = metrics.errorRate.finite
        row.metrics.availability = metrics.availability.finite
        row.metrics.requestCount = max(metrics.requestCount, 0)
        row.probeResult?.latency = probeResult?.latency.finite
        row.probeResult?.error = probeResult?.error?.replacing("\0", with: "\u{FFFD}")
            .cut(toBytes: HistoryLimits.textBytes)
        return row
    }
}

extension HealthChangeEvent {
    /// The change as every store keeps it.
    package func storable() throws(HealthStorageError) -> HealthChangeEvent {
        try checkNames(model: modelId, provider: provider)
        guard Int64(exactly: seq) != nil else {
            throw HealthStorageError(
                operation: .insert, message: "the change of '\(modelId)' has the number \(seq), above 2^63 - 1")
        }
        var row = self
        row.timestamp = try timestamp.onMillisecond(of: modelId)
        row.reasons = reasons.map {
            HealthReason($0.code, $0.message.cut(toBytes: HistoryLimits.textBytes), target: $0.target)
        }
        row.reason = row.reasons.first?.message ?? reason.cut(toBytes: HistoryLimits.textBytes)
        return row
    }
}

private func checkNames(model: ModelID, provider: String) throws(HealthStorageError) {
    let limit = HistoryLimits.nameBytes
    for (what, name) in [("model id", model.rawValue), ("provider", provider)] where name.utf8.count > limit {
        throw HealthStorageError(
            operation: .insert,
            message: "the \(what) '\(name.cut(toBytes: 40))…' has \(name.utf8.count) bytes, at most \(limit) can be "
                + "stored: give the model a shorter id in the configuration")
    }
    // SQLite ends a text at the first zero byte in some of its functions; nothing sensible holds one.
    for (what, name) in [("model id", model.rawValue), ("provider", provider)] where name.utf8.contains(0) {
        throw HealthStorageError(
            operation: .insert,
            message: "the \(what) '\(name.replacing("\0", with: "\\0").cut(toBytes: 40))' holds a zero byte, which "
                + "cannot be stored: give the model another id in the configuration")
    }
}

extension String {
    /// The longest beginning of at most `limit` bytes that cuts no character in two.
    func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: limit)
        while end > startIndex, end.samePosition(in: self) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}

extension Optional<Double> {
    fileprivate var finite: Double? { flatMap { $0.isFinite ? $0 : nil } }
}
