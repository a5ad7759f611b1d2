import Health
import NIOHTTP1

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// How long a provider asks us to wait, in every spelling there is (provider facts §9.2).
enum RetryAfter {
    /// No provider is believed that asks for more: a wrong header would silence a model for good.
    static let longest: Duration = .seconds(3_600)

    /// From `retry-after-ms`, `retry-after`, then the resets of exhausted allowances, then the body's hint.
    ///
    /// - Parameters:
    ///   - hint: a delay that the body tells ("34s" of Google's RetryInfo).
    ///   - now: what dates are compared with.
    static func duration(_ headers: HTTPHeaders, hint: String? = nil, now: Date) -> Duration? {
        for name in ["retry-after-ms", "x-ms-retry-after-ms"] {
            if let value = headers.first(name: name).flatMap({ number($0) }) { return bounded(.milliseconds(value)) }
        }
        if let value = headers.first(name: "retry-after").flatMap({ delay($0, now: now) }) { return bounded(value) }
        if let value = reset(headers, now: now) { return bounded(value) }
        return hint.flatMap { goDuration($0) }.flatMap { bounded($0) }
    }

    /// Seconds, decimal or not, or an HTTP date.
    static func delay(_ text: String, now: Date) -> Duration? {
        if let seconds = number(text) { return .seconds(seconds) }
        return HTTPTime.date(text, now: now).map { .seconds($0.timeIntervalSince(now)) }
    }

    /// A duration as Go prints it: `120ms`, `1s`, `6m0s`, `1h2m3s`, `2m59.56s`; also a bare number of seconds.
    static func goDuration(_ text: String) -> Duration? {
        var rest = text.filter { !$0.isWhitespace }[...]
        if let seconds = number(String(rest)) { return .seconds(seconds) }
        var total: Duration = .zero
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            guard let value = number(String(digits)) else { return nil }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !($0.isASCII && $0.isNumber) && $0 != "." }
            rest = rest.dropFirst(unit.count)
            switch unit {
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

    /// When the allowance that ran out is full again; of several the latest.
    private static func reset(_ headers: HTTPHeaders, now: Date) -> Duration? {
        let openAI = ["requests", "tokens"].compactMap { what -> Duration? in
            guard isExhausted(headers.first(name: "x-ratelimit-remaining-\(what)")) else { return nil }
            return headers.first(name: "x-ratelimit-reset-\(what)").flatMap { goDuration($0) }
        }
        let anthropic = ["requests", "tokens", "input-tokens", "output-tokens"].compactMap { what -> Duration? in
            guard isExhausted(headers.first(name: "anthropic-ratelimit-\(what)-remaining")) else { return nil }
            return headers.first(name: "anthropic-ratelimit-\(what)-reset").flatMap { Date(rfc3339: $0) }
                .map { .seconds($0.timeIntervalSince(now)) }
        }
        return (openAI + anthropic).max()
    }

    private static func isExhausted(_ remaining: String?) -> Bool {
        remaining.flatMap { number($0) }.map { $0 <= 0 } ?? false
    }

    /// A plain decimal number; no `nan`, `inf` or hexadecimal.
    private static func number(_ text: String) -> Double? {
        let trimmed = text.filter { !$0.isWhitespace }
        guard !trimmed.isEmpty, trimmed.count <= 18, trimmed.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") })
        else { return nil }
        return Double(trimmed)
    }

    private static func bounded(_ duration: Duration) -> Duration? {
        duration > .zero ? min(duration, longest) : nil
    }
}
