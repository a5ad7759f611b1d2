import Basics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How long a model takes before the first byte of an answer.
package enum Latency: Sendable, Equatable {
    case fixed(Duration)
    /// Any duration between the two, equally likely.
    case uniform(Duration, Duration)
    /// The shape that real answers have: half of them above `median`, one in twenty above `p95`.
    case logNormal(median: Duration, p95: Duration)

    package static let none = Latency.fixed(.zero)

    func sample(using generator: inout SeededGenerator) -> Duration {
        switch self {
        case .fixed(let duration): return duration
        case .uniform(let least, let most): return least + (most - least) * generator.fraction()
        case .logNormal(let median, let p95):
            guard median > .zero, p95 > median else { return median }
            // 1.6449 standard deviations lie below the 95th percentile of a normal distribution.
            let sigma = log(p95.seconds / median.seconds) / 1.644_853_626_951_472_7
            // Box–Muller; 1 - x keeps the logarithm's argument above zero.
            let normal = (-2 * log(1 - generator.fraction())).squareRoot() * cos(2 * Double.pi * generator.fraction())
            return .seconds(median.seconds * exp(sigma * normal))
        }
    }
}

extension Latency: Codable {
    private enum Key: String, CodingKey, CaseIterable { case uniform, lognormal }
    private enum LogNormalKey: String, CodingKey, CaseIterable { case median, p95 }

    package init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            guard let duration = DurationText.parse(text, asGo: true) else {
                throw StrictDecoding.invalid(
                    "'\(text)' is no duration; write for example 250ms or 1.5s", at: decoder.codingPath)
            }
            self = .fixed(duration)
            return
        }
        let container = try StrictDecoding.container(of: decoder, keyedBy: Key.self, what: "latency")
        if container.contains(.uniform) {
            var bounds = try container.nestedUnkeyedContainer(forKey: .uniform)
            let least = try bounds.decode(TextDuration.self).duration
            let most = try bounds.decode(TextDuration.self).duration
            guard least <= most, bounds.isAtEnd else {
                throw StrictDecoding.invalid(
                    "uniform takes two durations, the smaller one first", at: bounds.codingPath)
            }
            self = .uniform(least, most)
        } else if container.contains(.lognormal) {
            let inner = try StrictDecoding.container(
                of: container.superDecoder(forKey: .lognormal), keyedBy: LogNormalKey.self, what: "lognormal")
            let median = try inner.decode(TextDuration.self, forKey: .median).duration
            let p95 = try inner.decode(TextDuration.self, forKey: .p95).duration
            guard median > .zero, p95 >= median else {
                throw StrictDecoding.invalid("lognormal needs 0 < median <= p95", at: inner.codingPath)
            }
            self = .logNormal(median: median, p95: p95)
        } else {
            throw StrictDecoding.invalid(
                "latency is a duration, or has 'uniform' or 'lognormal'", at: decoder.codingPath)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .fixed(let duration):
            var container = encoder.singleValueContainer()
            try container.encode(TextDuration(duration))
        case .uniform(let least, let most):
            var container = encoder.container(keyedBy: Key.self)
            try container.encode([TextDuration(least), TextDuration(most)], forKey: .uniform)
        case .logNormal(let median, let p95):
            var container = encoder.container(keyedBy: Key.self)
            var inner = container.nestedContainer(keyedBy: LogNormalKey.self, forKey: .lognormal)
            try inner.encode(TextDuration(median), forKey: .median)
            try inner.encode(TextDuration(p95), forKey: .p95)
        }
    }
}
