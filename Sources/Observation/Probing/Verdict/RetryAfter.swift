import Health
import NIOHTTP1

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// How long a provider asks us to wait, in every spelling there is (provider facts §9.2).
///
/// The wish is kept whole, so that people see it; how long a model goes unobserved is not decided here.
enum RetryAfter {
    /// What asks for more is wrong or means "never".
    static let longest: Duration = .seconds(7 * 86_400)

    /// From `retry-after-ms`, `retry-after`, then the resets of exhausted allowances, then the body's hint.
    ///
    /// - Parameters:
    ///   - hint: a delay that the body tells ("34s" of Google's RetryInfo).
    ///   - now: what dates are compared with.
    static func duration(_ headers: HTTPHeaders, hint: String? = nil, now: Date) -> Duration? {
        for name in ["retry-after-ms", "x-ms-retry-after-ms"] {
            if let wait = headers.first(name: name).flatMap({ number($0) }).flatMap({ bounded(.milliseconds($0)) }) {
                return wait
            }
        }
        for name in ["retry-after", "x-retry-after", "x-ratelimit-retry-after", "x-ai-ratelimit-retry-after"] {
            if let wait = headers.first(name: name).flatMap({ delay($0, now: now) }).flatMap({ bounded($0) }) {
                return wait
            }
        }
        let exhausted = RateWindow.all(in: headers.map { ($0.name, $0.value) }, now: now).filter(\.isExhausted)
        if let reset = headers.first(name: "reset_at"), reset.hasSuffix(" UTC"), reset.count < 40,
            // `2026-08-27 00:15:18 UTC` of LiteLLM's own limits.
            let date = Date(rfc3339: reset.dropLast(4).split(separator: " ").joined(separator: "T") + "Z"),
            let wait = bounded(.seconds(date.timeIntervalSince(now)))
        {
            return wait
        }
        if let wait = exhausted.compactMap(\.resetAfter).max().flatMap({ bounded($0) }) { return wait }
        return hint.flatMap { goDuration($0) }.flatMap { bounded($0) }
    }

    /// The wish of an answer: its headers, those that a gateway wrapped into the error, its fields, its words.
    static func duration(_ headers: HTTPHeaders, _ error: ErrorBody?, now: Date) -> Duration? {
        if let wait = duration(headers, now: now) { return wait }
        guard let error else { return nil }
        let inner = HTTPHeaders(error.headers.map { ($0.name, $0.value) })
        return duration(inner, hint: error.retryDelay, now: now)
            ?? [error.wait, WaitWords.duration(in: error.message), error.estimate].lazy.compactMap { $0 }
            .compactMap { bounded($0) }.first
    }

    /// Seconds, decimal or not, a duration with units, an instant in seconds or milliseconds of 1970, or a date.
    static func delay(_ text: String, now: Date) -> Duration? {
        if let value = number(text) {
            if value >= 5e11 { return .seconds(value / 1_000 - now.timeIntervalSince1970) }
            if value >= 5e8 { return .seconds(value - now.timeIntervalSince1970) }
            return .seconds(value)
        }
        if let duration = goDuration(text) { return duration }
        let trimmed = text.split(separator: " ").joined(separator: " ")
        return (Date(rfc3339: trimmed) ?? HTTPTime.date(text, now: now)).map { .seconds($0.timeIntervalSince(now)) }
    }

    /// A duration as Go prints it: `120ms`, `1s`, `6m0s`, `1h2m3s`, `2m59.56s`; also a bare number of seconds.
    static func goDuration(_ text: String) -> Duration? {
        var rest = text.filter { !$0.isWhitespace }[...]
        if let seconds = number(String(rest)) { return .seconds(seconds) }
        var total: Duration = .zero
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            guard let value = number(String(digits)), value < 1e10 else { return nil }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !($0.isASCII && $0.isNumber) && $0 != "." }
            rest = rest.dropFirst(unit.count)
            switch unit {
            case "d": total += .seconds(value * 86_400)
            case "h": total += .seconds(value * 3_600)
            case "m": total += .seconds(value * 60)
            case "s": total += .seconds(value)
            case "ms": total += .milliseconds(value)
            case "us", "µs", "μs": total += .microseconds(value)
            case "ns": total += .nanoseconds(Int64(value))
            default: return nil
            }
        }
        return total
    }

    /// A plain decimal number; no `nan`, `inf` or hexadecimal.
    static func number(_ text: String) -> Double? {
        let trimmed = text.filter { !$0.isWhitespace }
        guard !trimmed.isEmpty, trimmed.count <= 18, trimmed.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") })
        else { return nil }
        return Double(trimmed)
    }

    static func bounded(_ duration: Duration) -> Duration? {
        duration > .zero ? min(duration, longest) : nil
    }
}
