/// Something that did not come about in time.
struct TookTooLong: Error, CustomStringConvertible {
    var what: String
    var limit: Duration
    /// What was there instead.
    var seen: String

    var description: String { "\(what): not within \(limit)\(seen.isEmpty ? "" : "; last seen: \(seen)")" }
}

/// Looks again and again until there is a value.
///
/// - Parameters:
///   - limit: after which it throws ``TookTooLong``.
///   - seen: what was there instead, for that error.
@discardableResult
func eventually<Value>(
    _ what: String, within limit: Duration, every pause: Duration = .milliseconds(50),
    seen: () -> String = { "" }, _ look: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while true {
        if let value = try await look() { return value }
        guard clock.now < deadline else { throw TookTooLong(what: what, limit: limit, seen: seen()) }
        try await clock.sleep(for: pause)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }

    /// With one digit after the point.
    var rounded: String { "\((seconds * 10).rounded() / 10) s" }
}
