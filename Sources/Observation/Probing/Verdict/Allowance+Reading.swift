import Basics
import Health
import NIOHTTP1

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Allowance {
    /// What an answer tells of the account's allowance of requests: its headers, good answer or not, those that a
    /// gateway wrapped into the error, and the words of a refusal.
    ///
    /// Of several windows the one that binds: one that is used up, else the one that lets the fewest requests a second
    /// through.
    ///
    /// - Parameter vendor: provider and host, for the vendors whose headers mean a time that no header tells.
    static func reading(_ headers: HTTPHeaders, _ error: ErrorBody?, vendor: String, now: Date) -> Allowance? {
        var all = RateWindow.all(in: headers.map { ($0.name, $0.value) }, now: now)
        if let error { all += RateWindow.all(in: error.headers.map { ($0.name, $0.value) }, now: now) }
        let told = all.filter { $0.unit == .requests && ($0.limit != nil || $0.remaining != nil) }
        var allowance = binding(told).map { window in
            Allowance(
                limit: window.limit, remaining: window.remaining, resetAfter: RetryAfter.bounded(window.resetAfter),
                period: window.period)
        }
        if let words = error.flatMap({ inWords($0) }) {
            // A refusal speaks of the window that is used up; headers may speak of another.
            if var told = allowance, told.remaining ?? 1 <= 0 {
                told.period = told.period ?? words.period
                told.limit = told.limit ?? words.limit
                allowance = told
            } else {
                allowance = words
            }
        }
        if let told = allowance, told.period == nil { allowance?.period = usualPeriod(vendor, headers) }
        if allowance?.remaining ?? 1 > 0, let tokens = all.first(where: { $0.unit == .tokens && $0.isExhausted }) {
            // Without tokens there is no request either.
            let reset = RetryAfter.bounded(tokens.resetAfter)
            allowance = Allowance(remaining: 0, resetAfter: reset, period: tokens.period)
        }
        return allowance
    }

    private static func binding(_ windows: [RateWindow]) -> RateWindow? {
        let exhausted = windows.filter(\.isExhausted)
        if let longest = exhausted.max(by: { $0.resetAfter ?? .zero < $1.resetAfter ?? .zero }) { return longest }
        let paced = windows.filter { $0.limit != nil && $0.period != nil }
        return paced.min { $0.perSecond < $1.perSecond } ?? windows.first
    }

    /// What manuals tell and headers don't: Groq counts requests by the day, Together by the second, Anthropic, OpenAI and
    /// Azure by the minute.
    private static func usualPeriod(_ vendor: String, _ headers: HTTPHeaders) -> Duration? {
        if vendor.hasASCII(anyCase: "groq") { return .seconds(86_400) }
        if vendor.hasASCII(anyCase: "together") { return .seconds(1) }
        let isMinute = vendor.hasASCII(anyCase: "openai") || vendor.hasASCII(anyCase: "azure")
        let isAnthropic = headers.contains { $0.name.lowercased().hasPrefix("anthropic-ratelimit-") }
        return isMinute || isAnthropic ? .seconds(60) : nil
    }

    // MARK: Words

    /// Google's violated quotas, "requests per day (RPD): Limit 200", "Rate limit of 50 per 86400s exceeded".
    private static func inWords(_ error: ErrorBody) -> Allowance? {
        let requests = error.limits.filter { !$0.id.lowercased().contains("token") }
        if let limit = requests.first(where: { period(in: $0.id.lowercased()) == .seconds(86_400) }) ?? requests.first,
            let period = period(in: limit.id.lowercased())
        {
            return Allowance(limit: limit.value.flatMap(counted), remaining: 0, period: period)
        }
        let text = String(error.message.prefix(4_096)).lowercased()
        if let start = text.firstRange(of: "rate limit of ")?.upperBound {
            let digits = text[start...].prefix { $0.isASCII && $0.isNumber }
            let rest = text[start...].dropFirst(digits.count)
            if rest.hasPrefix(" per "), let period = WaitWords.span(rest.dropFirst(5)) {
                return Allowance(limit: Int(digits).flatMap(counted), remaining: 0, period: period)
            }
        }
        for lead in ["requests per ", "models-per-", "requests/"] {
            guard let start = text.firstRange(of: lead)?.upperBound else { continue }
            let rest = text[start...]
            guard let period = period(in: "per" + rest.prefix(6)) else { continue }
            var limit: Int?
            if let number = rest.firstRange(of: "limit")?.upperBound {
                limit = Int(rest[number...].drop { " :".contains($0) }.prefix { $0.isASCII && $0.isNumber })
            }
            return Allowance(limit: limit.flatMap(counted), remaining: 0, period: period)
        }
        return nil
    }

    private static func period(in text: String) -> Duration? {
        let plain = text.filter { $0.isLetter }
        for (word, seconds) in [("day", 86_400), ("hour", 3_600), ("min", 60), ("sec", 1)]
        where plain.contains("per\(word)") {
            return .seconds(seconds)
        }
        return nil
    }

    /// A limit of none is no pace to keep to: it is an account without the right.
    private static func counted(_ number: Int) -> Int? { number > 0 ? number : nil }
}

extension RetryAfter {
    static func bounded(_ duration: Duration?) -> Duration? { duration.flatMap { bounded($0) } }
}

extension RateWindow {
    /// Requests that it lets through in a second.
    var perSecond: Double {
        guard let limit, let period, period > .zero else { return .infinity }
        return Double(limit) / period.seconds
    }
}
