import Foundation

/// A small seeded generator (SplitMix64), so that the same seed gives the same world on every machine.
package struct Chance: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0xD1B5_4A32_D192_ED03 }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number of 0..<1.
    package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Whether something of this probability happens.
    package mutating func happens(_ probability: Double) -> Bool { uniform() < probability }

    /// The wait for something that happens `rate` times a second.
    package mutating func exponential(rate: Double) -> Double { -log(1 - uniform()) / rate }

    /// A standard normal number (Box and Muller).
    package mutating func normal() -> Double { (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform()) }

    /// A generator of its own for a part, so that what one part draws moves no other.
    package mutating func split() -> Chance { Chance(seed: next()) }
}
