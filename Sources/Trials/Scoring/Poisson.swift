import Foundation

/// Bounds on a rate of which only a count was seen.
package enum Poisson {
    /// The largest mean that `count` or fewer events still have a probability of 5 % under: the 95 % upper bound.
    package static func upperBound(_ count: Int) -> Double {
        var low = 0.0
        var high = 10 + 3 * Double(count + 1)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if probability(upTo: count, mean: middle) > 0.05 { low = middle } else { high = middle }
        }
        return high
    }

    private static func probability(upTo count: Int, mean: Double) -> Double {
        var logTerm = -mean
        var sum = exp(logTerm)
        for k in stride(from: 1, through: count, by: 1) {
            logTerm += log(mean / Double(k))
            sum += exp(logTerm)
        }
        return sum
    }
}
