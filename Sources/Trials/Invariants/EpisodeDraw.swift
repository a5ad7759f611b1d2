import Foundation
package import Health

/// Draws what goes wrong in one life of a fleet.
struct EpisodeDraw {
    let end: Double
    let troublesADay: Double
    let interval: Double
    var chance: Chance

    /// Troubles that meet many models at once.
    mutating func shared(every mean: Double, _ kinds: [Trouble]) -> [Episode] {
        var at = 7_200.0
        var result: [Episode] = []
        while true {
            at += chance.exponential(rate: 1 / mean)
            let length = 60 + 1_800 * chance.uniform()
            guard at + length < end else { return result }
            result.append(Episode(from: at, to: at + length, kinds[Int(chance.uniform() * Double(kinds.count))]))
            at += length + 600
        }
    }

    /// Two lists as one, without what overlaps in the second.
    static func merged(_ first: [Episode], _ second: [Episode]) -> [Episode] {
        (first + second.filter { other in !first.contains { $0.overlaps(other.from, other.to) } })
            .sorted { $0.from < $1.from }
    }

    /// A model's own troubles beside those it shares.
    ///
    /// Round half of the shared ones nothing else is wrong, so that nothing else can be blamed; round the other half
    /// anything may be.
    mutating func episodes(shared: [Episode], isQueue: Bool) -> [Episode] {
        let margin = max(900, 20 * interval)
        let clear = shared.map { episode in
            chance.happens(0.5) ? episode : Episode(from: episode.from - margin, to: episode.to + 600, episode.trouble)
        }
        var result = shared
        var at = 3_600.0
        while true {
            at += chance.exponential(rate: troublesADay / 86_400)
            let length = exp(log(5) + (log(14_400) - log(5)) * chance.uniform())
            guard at + length < end else { break }
            let trouble = isQueue && chance.happens(0.7) ? .queueing(5 + 30 * chance.uniform()) : trouble()
            if !clear.contains(where: { $0.overlaps(at, at + length) }) {
                result.append(Episode(from: at, to: at + length, trouble))
            }
            at += length
            // Another one right after it, one time in three: each kind follows each.
            while chance.happens(0.33) {
                let length = exp(log(5) + (log(1_200) - log(5)) * chance.uniform())
                let next = self.trouble()
                guard at + length < end, !clear.contains(where: { $0.overlaps(at, at + length) }) else { break }
                result.append(Episode(from: at, to: at + length, next))
                at += length
            }
        }
        return result.sorted { $0.from < $1.from }
    }

    private mutating func trouble() -> Trouble {
        switch Int(chance.uniform() * 16) {
        case 0, 1: .refused
        case 2, 3: .hang
        case 4: .slow(1 + 9 * chance.uniform())
        case 5: .ramp(1 + 5 * chance.uniform())
        case 6: .partial(chance.uniform())
        case 7: .partialHang(chance.uniform())
        case 8: .rateLimited(chance.uniform(), wait: 90 * chance.uniform())
        // A server may ask for an hour, or for a year.
        case 9: .rateLimited(1, wait: exp(log(30) + (log(3e7) - log(30)) * chance.uniform()))
        case 10: chance.happens(0.5) ? .quota : .credentials
        case 11: .retired
        case 12: .streamingFails
        default: .answers(Outcome.samples[Int(chance.uniform() * Double(Outcome.samples.count))])
        }
    }

    /// When a local model is in memory, by turns.
    mutating func localTurns() -> [LocalWorld.Turn] {
        var at = 3_600.0
        var turns: [LocalWorld.Turn] = []
        while true {
            at += chance.exponential(rate: 6 / 86_400)
            guard at < end else { return turns }
            let state: LocalModel.State =
                switch chance.uniform() {
                case ..<0.45: .loaded
                case ..<0.85: .idle
                case ..<0.95: .missing
                default: .other
                }
            turns.append(LocalWorld.Turn(from: at, state))
        }
    }

    /// Models that leave for a while, or begin anew with another key; one change in two days.
    mutating func changes(of configs: [ModelConfig]) -> [TroubledFleet.Change] {
        var changes: [TroubledFleet.Change] = []
        var busyUntil = configs.map { _ in 0.0 }
        var at = 7_200.0
        while true {
            at += chance.exponential(rate: 1 / (2 * 86_400))
            guard at + 7_200 < end else { break }
            let index = Int(chance.uniform() * Double(configs.count))
            guard at > busyUntil[index] else { continue }
            var config = configs[index]
            if chance.happens(0.5) {
                config.targets[0].key = Secret("key-\(changes.count)")
                changes.append(TroubledFleet.Change(at: at, index: index, config: config))
            } else {
                let back = at + 10 + 3_600 * chance.uniform()
                changes.append(TroubledFleet.Change(at: at, index: index, config: nil))
                changes.append(TroubledFleet.Change(at: back, index: index, config: config))
                busyUntil[index] = back
            }
        }
        return changes.sorted { $0.at < $1.at }
    }
}

extension Outcome {
    /// One of each class, and of the causes that differ in what is done about them: every pair of them may follow each
    /// other.
    package static let samples: [Outcome] = [
        .ok,
        Outcome(.failing, .serverError, detail: "500", httpStatus: 500),
        Outcome(.failing, .connectionRefused, detail: "refused"),
        Outcome(.failing, .connectionReset, detail: "reset"),
        Outcome(.failing, .dns, detail: "no such name"),
        Outcome(.failing, .tls, detail: "the certificate is out of date"),
        Outcome(.failing, .timeout, detail: "no answer"),
        Outcome(.failing, .stall, detail: "fell silent", httpStatus: 200),
        Outcome(.failing, .errorInSuccess, detail: "200 with an error", httpStatus: 200),
        Outcome(.failing, .malformedAnswer, detail: "no answer in it", httpStatus: 200),
        Outcome(.failing, .html, detail: "a web page", httpStatus: 200),
        Outcome(.failing, .overloaded, detail: "overloaded", httpStatus: 529),
        Outcome(.failing, .loading, detail: "loading", httpStatus: 503),
        Outcome(.failing, .noDeployment, detail: "no deployments", httpStatus: 429, retryAfter: .seconds(60)),
        Outcome(.rateLimited, .rateLimit, detail: "slow down", httpStatus: 429),
        Outcome(.rateLimited, .rateLimit, detail: "slow down", httpStatus: 429, retryAfter: .seconds(2)),
        Outcome(.rateLimited, .rateLimit, detail: "slow down", httpStatus: 429, retryAfter: .seconds(86_400)),
        Outcome(.quota, .quota, detail: "out of credit", httpStatus: 402),
        Outcome(.credentials, .unauthorized, detail: "the key is refused", httpStatus: 401),
        Outcome(.misconfigured, .badRequest, detail: "wrong request", httpStatus: 400),
        Outcome(.misconfigured, .blockedOnTheWay, detail: "blocked by a proxy", httpStatus: 403),
        Outcome(.gone, .modelNotFound, detail: "no such model", httpStatus: 404),
        Outcome(.gateway, .gatewayRefused, detail: "the gateway refuses", httpStatus: 500),
        Outcome(.gateway, .gatewayUnreachable, detail: "the gateway is not there"),
        Outcome(.selfNetwork, .ownResources, detail: "out of descriptors"),
        Outcome(.ok, .otherModelAnswered, detail: "another model answered", httpStatus: 200),
    ]
}
