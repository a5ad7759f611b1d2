import Basics
import Health
package import Trials

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What `simulate` is asked for.
package struct SimulationOptions: Sendable {
    /// The parts of the harness, each by itself.
    package enum Part: String, Sendable, CaseIterable { case probing, slowness, traffic, optimum, invariants }
    package enum Format: String, Sendable, CaseIterable { case text, markdown, json }

    package var parts: [Part]
    /// Between two regular looks.
    package var interval: String?
    /// Share of the looks that fail for no reason; `nil` for what the goals are set for.
    package var noise: Double?
    /// A policy in place of the default one, and another beside it.
    package var policy: String?
    package var against: String?
    package var withPeers: Bool
    /// Everything that the documentation's figures were made with; minutes rather than seconds.
    package var isFull: Bool
    /// The first of the worlds' seeds; `nil` for those that the documented figures were made with.
    package var seed: UInt64?
    /// How many fleets `invariants` follows, for 30 days each; `nil` for what the scale is.
    package var lives: Int?
    package var format: Format

    package init(
        parts: [Part], interval: String? = nil, noise: Double? = nil, policy: String? = nil, against: String? = nil,
        withPeers: Bool = false, isFull: Bool = false, seed: UInt64? = nil, lives: Int? = nil, format: Format = .text
    ) {
        self.parts = parts
        self.interval = interval
        self.noise = noise
        self.policy = policy
        self.against = against
        self.withPeers = withPeers
        self.isFull = isFull
        self.seed = seed
        self.lives = lives
        self.format = format
    }
}

/// Runs the harness: the real decision in seeded worlds, beside the rules of its peers.
package struct SimulationRun: Sendable {
    private let options: SimulationOptions
    private let interval: Double
    private let noise: Double
    private let scale: TrialScale
    /// The policies under trial, by name.
    private let policies: [(name: String, policy: HealthPolicy)]

    /// - Parameter scale: how much is run; `nil` for what the options ask for.
    /// - Throws: `ConfigurationError` with every problem of the policies, `SimulationError` for a wrong interval.
    package init(_ options: SimulationOptions, environment: [String: String], scale: TrialScale? = nil) throws {
        self.options = options
        interval = try options.interval.map(Self.seconds) ?? 15
        noise = options.noise ?? (interval < 30 ? 0.005 : 0.02)
        var scale = scale ?? (options.isFull ? .full : .quick)
        if let seed = options.seed { scale.firstSeed = seed }
        self.scale = scale
        var policies: [(String, HealthPolicy)] = []
        if let path = options.policy {
            policies.append((path, try PolicyFile.load(path, environment: environment)))
        } else {
            policies.append(("llm-health", HealthPolicy()))
        }
        if let path = options.against { policies.append((path, try PolicyFile.load(path, environment: environment))) }
        self.policies = policies
    }

    /// Draws the pictures of the documentation into a folder, which is made where it is not there.
    package func draw(into folder: String) async throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for picture in await Pictures(policy: policies[0].policy, scale: scale).all() {
            let path = folder + "/" + picture.name + ".svg"
            do { try Data(picture.svg.utf8).write(to: URL(filePath: path)) } catch {
                throw SimulationError("\(path): cannot be written; name a folder that can be")
            }
        }
    }

    /// - Parameter write: takes each part's text as soon as it is there.
    /// - Returns: whether everything held that must hold.
    package func run(terminal: Terminal, write: @Sendable (String) -> Void) async throws -> Bool {
        var isHolding = true
        for part in options.parts {
            let (tables, holds) = await tables(of: part)
            isHolding = isHolding && holds
            for table in tables { write(try text(of: table, terminal)) }
        }
        return isHolding
    }

    private static func seconds(_ text: String) throws -> Double {
        guard let duration = DurationText.parse(text), duration >= .seconds(1), duration <= .seconds(3_600) else {
            throw SimulationError("--interval '\(text)' is none; write one from 1s to 1h, such as 15s")
        }
        return duration.seconds
    }

    private func tables(of part: SimulationOptions.Part) async -> ([ScoreTable], holds: Bool) {
        switch part {
        case .probing: return (await probing(), true)
        case .slowness:
            var tables: [ScoreTable] = []
            for (name, policy) in policies {
                var table = await LatencyScoreboard(setting(policy)).table()
                if policies.count > 1 { table.title += ": \(name)" }
                tables.append(table)
            }
            return (tables, true)
        case .traffic:
            var scores: [TrafficScore] = []
            // Each fault is thousands of requests, so fewer lives tell as much.
            var scale = scale
            scale.lives = max(scale.lives / 5, min(scale.lives, 2))
            for (name, policy) in policies {
                scores.append(await TrafficScoreboard(interval: interval, policy: policy, scale: scale).ours(name))
            }
            if options.withPeers { scores += await TrafficScoreboard(interval: interval, scale: scale).peers() }
            return ([.traffic(scores)], true)
        case .optimum: return (await optimum(), true)
        case .invariants:
            let result = await invariants()
            let isHolding = result.violations.isEmpty
            return ([.invariants(result)] + (isHolding ? [] : [.violations(result)]), isHolding)
        }
    }

    private func probing() async -> [ScoreTable] {
        var scores: [ProbeScore] = []
        for (name, policy) in policies { scores.append(await scoreboard(policy).ours(name)) }
        let details = scores.map(ScoreTable.detail)
        if options.withPeers { scores += await scoreboard(policies[0].policy).peers() }
        return [.probing(scores, interval: interval)] + details
    }

    private func scoreboard(_ policy: HealthPolicy) -> ProbeScoreboard { ProbeScoreboard(setting(policy)) }

    private func setting(_ policy: HealthPolicy) -> TrialSetting {
        TrialSetting(interval: interval, noise: noise, policy: policy, scale: scale)
    }

    private func optimum() async -> [ScoreTable] {
        var rows: [[String]] = []
        for (name, policy) in policies {
            rows += await OptimumScoreboard(setting(policy)).rows(name)
        }
        return [OptimumScoreboard.table(rows, interval: interval)]
    }

    private func invariants() async -> InvariantTrial.Result {
        var trial = InvariantTrial()
        trial.interval = interval
        trial.days = 30
        var result = await trial.run(
            lives: options.lives ?? scale.fleetMonths, policy: policies[0].policy, firstSeed: scale.firstSeed)
        let fingerprint = result.fingerprint
        result.add(await SequenceTrial.everything(policy: policies[0].policy))
        result.fingerprint = fingerprint
        return result
    }

    private func text(of table: ScoreTable, _ terminal: Terminal) throws -> String {
        switch options.format {
        case .markdown: return "### \(table.title)\n\n\(table.markdown)\n"
        case .json: return String(decoding: try HealthJSON.encoder().encode(table), as: UTF8.self) + "\n"
        case .text: return table.text(for: terminal)
        }
    }
}

/// Why nothing was simulated, in a sentence.
package struct SimulationError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
