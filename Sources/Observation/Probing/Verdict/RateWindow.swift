import Basics
import Health
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One allowance that headers tell of: how much of what, in which time, and how much is left of it.
///
/// Read from the names themselves, so that a vendor's own spelling needs no line here: `x-ratelimit-limit-requests`,
/// `anthropic-ratelimit-requests-limit`, `x-ratelimit-remaining-req-minute`, `X-RateLimit-Reset`, and the structured
/// `RateLimit` and `RateLimit-Policy` of the IETF.
struct RateWindow: Sendable, Hashable {
    enum Unit: Sendable { case requests, tokens, other }

    var unit: Unit
    var limit: Int?
    var remaining: Int?
    var resetAfter: Duration?
    /// What the limit is counted over, where a name or value tells it.
    var period: Duration?
    /// The reset is a duration with units, as OpenAI and those who copy it write it.
    private var isGradual = false

    private init(unit: Unit) { self.unit = unit }

    var isExhausted: Bool { remaining.map { $0 <= 0 } ?? false }

    /// - Parameter headers: in the order in which they came.
    static func all(in headers: [(name: String, value: String)], now: Date) -> [RateWindow] {
        var windows: [String: RateWindow] = [:]
        var order: [String] = []
        func change(_ key: String, _ unit: Unit, _ change: (inout RateWindow) -> Void) {
            if windows[key] == nil { order.append(key) }
            change(&windows[key, default: RateWindow(unit: unit)])
        }
        let known = Self.known.withLock { $0 }
        for (name, value) in headers.prefix(200) {
            guard let header = known[name] ?? Self.learn(name), value.utf8.count <= 400 else { continue }
            if header.kind == .structured || header.kind == .policy {
                for item in structured(value) {
                    change("ietf \(item.name)", .requests) { item.fill(&$0, isPolicy: header.kind == .policy, now) }
                }
                continue
            }
            change(header.key, header.unit) { window in
                window.period = window.period ?? header.period
                switch header.kind {
                case .limit:
                    window.limit = count(value)
                    window.period = window.period ?? inlinePeriod(value)
                case .remaining: window.remaining = count(value)
                case .reset:
                    window.resetAfter = RetryAfter.delay(value, now: now)
                    window.isGradual = RetryAfter.number(value) == nil && RetryAfter.goDuration(value) != nil
                case .period: window.period = RetryAfter.number(value).map { .seconds($0) }
                case .structured, .policy: break
                }
            }
        }
        return order.compactMap { windows[$0] }.map { window in
            var window = window
            window.inferPeriod()
            // Of what is counted over none or over years nobody can keep a pace.
            if let period = window.period, period <= .zero || period > .seconds(400 * 86_400) { window.period = nil }
            return window
        }
    }

    // MARK: Names

    /// What header names mean, also those that are about no limit: a provider sends the same ones with each answer.
    private static let known = Mutex<[String: Header?]>([:])
    private static let mostKnown = 500
    /// A longer name is read each time.
    private static let longestKnown = 100

    private static func learn(_ name: String) -> Header? {
        let header = Header(name)
        known.withLock { known in
            if known.count < mostKnown, name.utf8.count <= longestKnown { known[name] = .some(header) }
        }
        return header
    }

    private struct Header {
        /// The last two are the IETF's, which say in their value what they are about.
        enum Kind { case limit, remaining, reset, period, structured, policy }
        var kind: Kind
        var unit: Unit
        var period: Duration?
        var key: String

        /// - Parameter name: as it came.
        init?(_ name: String) {
            let isOneWord = name.hasASCII(anyCase: "ratelimit")
            guard isOneWord || name.hasASCII(anyCase: "rate-limit") else { return nil }
            let name = isOneWord ? name.lowercased() : name.lowercased().replacing("rate-limit", with: "ratelimit")
            if name == "ratelimit" || name == "ratelimit-policy" {
                (kind, unit, key) = (name == "ratelimit" ? .structured : .policy, .requests, "")
                return
            }
            var kind: Kind?
            var rest: [Substring] = []
            let words = name.utf8.split {
                $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
            }
            for word in words.lazy.map({ Substring($0) }) {
                switch word {
                case "limit": kind = .limit
                case "remaining": kind = .remaining
                case "reset": kind = .reset
                case "renewalperiod": kind = .period
                case "x", "after", "ratelimit": break
                default: rest.append(word)
                }
            }
            guard let kind else { return nil }
            self.kind = kind
            key = rest.joined(separator: "-")
            period = rest.lazy.compactMap { Header.period(of: $0) }.first
            let what = rest.filter { Header.period(of: $0) == nil && $0 != "anthropic" }
            if what.contains(where: { $0.hasASCII("token") || $0.hasASCII("size") || $0 == "tpm" || $0 == "tpd" }) {
                unit = .tokens
            } else if what.isEmpty || what.contains(where: { $0.hasPrefix("req") || $0 == "rpm" || $0 == "rpd" }) {
                unit = .requests
            } else {
                unit = .other
            }
        }

        private static func period(of word: Substring) -> Duration? {
            switch word {
            case "second", "sec", "1s": .seconds(1)
            case "minute", "min", "1m", "rpm", "tpm": .seconds(60)
            case "hour", "1h": .seconds(3_600)
            case "day", "daily", "1d", "24h", "rpd", "tpd": .seconds(86_400)
            case "month", "monthly": .seconds(30 * 86_400)
            default: nil
            }
        }
    }

    // MARK: Values

    /// `500`, `500.0`, `100, 100;w=60`.
    private static func count(_ value: String) -> Int? {
        let first = value.utf8.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: ";") }
        return RetryAfter.number(String(Substring(first))).flatMap { Int(exactly: $0.rounded()) }
    }

    /// The `60` of `100, 100;w=60` and `100;window=60`.
    private static func inlinePeriod(_ value: String) -> Duration? {
        guard value.utf8.contains(UInt8(ascii: ";")) else { return nil }
        for item in value.split(separator: ",") {
            for part in item.split(separator: ";").dropFirst() {
                let pair = part.filter { !$0.isWhitespace }.split(separator: "=")
                guard pair.count == 2, pair[0] == "w" || pair[0] == "window" else { continue }
                return RetryAfter.number(String(pair[1])).map { .seconds($0) }
            }
        }
        return nil
    }

    private struct Item {
        var name: String
        var values: [String: String]

        func fill(_ window: inout RateWindow, isPolicy: Bool, _ now: Date) {
            func number(_ names: String...) -> Int? {
                names.lazy.compactMap { values[$0] }.first.flatMap { RateWindow.count($0) }
            }
            window.limit = window.limit ?? number("q", "limit")
            window.remaining = isPolicy ? window.remaining : number("r", "remaining") ?? window.remaining
            if let reset = values["t"] ?? values["reset"] { window.resetAfter = RetryAfter.delay(reset, now: now) }
            if let seconds = number("w", "window") { window.period = .seconds(seconds) }
            if let unit = values["qu"], !unit.contains("request") {
                window.unit = unit.contains("token") ? .tokens : .other
            }
        }
    }

    /// `"api";r=50;t=30, "day";r=10` and the older `limit=100, remaining=50, reset=30`.
    private static func structured(_ value: String) -> [Item] {
        var items: [Item] = []
        var loose: [String: String] = [:]
        for text in value.split(separator: ",").prefix(8) {
            let parts = text.split(separator: ";").map { $0.filter { !$0.isWhitespace && $0 != "\"" } }
            var values: [String: String] = [:]
            for part in parts {
                let pair = part.split(separator: "=", maxSplits: 1)
                if pair.count == 2 { values[pair[0].lowercased()] = String(pair[1]) }
            }
            if parts.first?.contains("=") ?? true {
                loose.merge(values) { $1 }
            } else {
                // Of several names (`"fixed window";"api"`) the last is the limit's own.
                let name = parts.last { !$0.contains("=") } ?? ""
                if let bare = Int(parts[0]), values["q"] == nil { values["q"] = "\(bare)" }
                items.append(Item(name: name, values: values))
            }
        }
        if !loose.isEmpty { items.append(Item(name: "", values: loose)) }
        return items
    }

    // MARK: What the reset tells

    /// OpenAI and those who copy it refill gradually: what is used comes back in `reset`, so the whole in the period.
    private mutating func inferPeriod() {
        guard isGradual, period == nil, let limit, let remaining, let resetAfter, limit > remaining, resetAfter > .zero
        else { return }
        let whole = resetAfter.seconds * Double(limit) / Double(limit - remaining)
        period = [60, 3_600, 86_400].first { abs(whole - $0) <= $0 / 5 }.map { .seconds($0) }
    }
}
