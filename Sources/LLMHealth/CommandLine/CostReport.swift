import Basics
import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// What `validate` tells of a good configuration: what is watched, and what that costs in a day.
package struct CostReport: Sendable, Encodable {
    private let cost: CostEstimate
    private let files: [String]
    private let disabled: [ModelID]
    private let lists: Int
    private let budget: Double
    private let unmatched: [UnmatchedName]

    /// - Throws: what does not fit together.
    package init(_ configuration: Configuration, at now: Date) throws(ConfigurationError) {
        cost = CostEstimate(try configuration.modelConfigs(), policy: configuration.policy)
        files = configuration.files
        disabled = configuration.disabledModels
        lists = try configuration.discoverySources().count
        budget = configuration.policy.budget.share
        unmatched = try configuration.unmatchedNames(at: now)
    }

    package func lines(for terminal: Terminal) -> [String] {
        var table = TextTable([
            .init("MODEL", comfortable: 24, least: 12), .init("PROVIDER", dispensability: 2),
            .init("PROBES/DAY", .right),
            .init("TOKENS/DAY", .right, dispensability: 1), .init("$/DAY", .right),
        ])
        for model in cost.models {
            table.append([
                .init(model.modelId.rawValue), .init(model.provider), .init(FigureText.count(model.probesPerDay)),
                .init(FigureText.count(model.tokensPerDay)), .init(FigureText.dollars(model.dollarsPerDay)),
            ])
        }
        if cost.models.count > 1 {
            table.append([
                .init("total", .strong), "", .init(FigureText.count(cost.probesPerDay), .strong),
                .init(FigureText.count(cost.tokensPerDay), .strong), .init(FigureText.dollars(total), .strong),
            ])
        }
        return (cost.models.isEmpty ? [] : table.lines(for: terminal) + [""]) + notes
    }

    /// `nil` when there is no model with a price, so that nothing reads as "costs nothing".
    private var total: Double? { cost.unpricedModels == cost.models.count ? nil : cost.dollarsPerDay }

    /// What a day comes to at most.
    private var worstDay: String {
        let day = cost.worstDay
        let price = day.dollars.map { ", \(FigureText.dollars($0))" } ?? ""
        return "on the worst day, with every model down and each failed probe billed in full: at most "
            + "\(FigureText.count(day.probes)) probes, \(FigureText.count(day.tokens)) tokens\(price)"
    }

    /// The looks at a model are this far apart before `validate` warns.
    private static let tooRare = Duration.seconds(300)

    private static func sentence(_ allowance: CostEstimate.Allotment) -> String {
        let limit = allowance.limit
        let models = allowance.models.count == 1 ? "'\(allowance.models[0])'" : "\(allowance.models.count) models"
        let start =
            "\(allowance.provider): \(FigureText.share(limit.share)) of \(limit.requests) requests per "
            + "\(DurationText.write(limit.period)) leaves \(FigureText.few(allowance.probesPerDay)) probes a day for "
            + models
        guard let every = allowance.lookEvery else { return "\(start), which is enough" }
        let each = allowance.models.count == 1 ? "it" : "each"
        let slow = "\(start), so \(each) is probed about every \(FigureText.span(every.seconds))"
        guard every > tooRare else { return slow }
        return "warning: \(slow); an outage is seen no sooner: raise `providers.\(allowance.provider).probeShare`, or "
            + "watch fewer models with this key"
    }

    private var notes: [String] {
        var notes = [
            files.isEmpty
                ? "valid: no file, so Ollama, LM Studio and Portkey are looked for on their usual ports"
                : "valid: \(files.joined(separator: ", "))"
        ]
        if cost.models.isEmpty { notes.append("no model is named, so nothing is probed that is not discovered") }
        if !cost.models.isEmpty {
            notes.append(
                "an upper estimate while all is well; looking again at suspicious models adds at most "
                    + FigureText.share(budget))
            notes.append(worstDay)
        }
        notes += cost.allowances.map(Self.sentence)
        if cost.unpricedModels > 0 {
            notes.append(
                "\(cost.unpricedModels) of \(cost.models.count) models have no price; write `price: {input: …, output: …}` in dollars per million tokens"
            )
        }
        if lists > 0 {
            notes.append("\(lists) \(lists == 1 ? "list" : "lists") of models are discovered and may add to this")
        }
        notes += unmatched.map { "note: \($0)" }
        if !disabled.isEmpty { notes.append("switched off: \(disabled.map(\.rawValue).joined(separator: ", "))") }
        return notes.map(DisplayWidth.sanitized)
    }

    private enum CodingKeys: String, CodingKey {
        case valid, files, models, totals, allowances, disabled, lists, unmatched
    }
    private struct Totals: Encodable {
        var probesPerDay: Double
        var tokensPerDay: Double
        var dollarsPerDay: Double?
        var unpricedModels: Int
        var worstDay: CostEstimate.Day
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(true, forKey: .valid)
        try container.encode(files, forKey: .files)
        try container.encode(cost.models, forKey: .models)
        try container.encode(cost.allowances, forKey: .allowances)
        try container.encode(disabled, forKey: .disabled)
        try container.encode(lists, forKey: .lists)
        try container.encode(unmatched, forKey: .unmatched)
        try container.encode(
            Totals(
                probesPerDay: cost.probesPerDay, tokensPerDay: cost.tokensPerDay, dollarsPerDay: total,
                unpricedModels: cost.unpricedModels, worstDay: cost.worstDay), forKey: .totals)
    }
}

/// What `validate --json` tells of a wrong configuration.
package struct ProblemReport: Sendable, Encodable {
    private struct Entry: Encodable {
        var location: String?
        var message: String
    }
    private enum CodingKeys: String, CodingKey { case valid, problems, more }

    private let error: ConfigurationError

    package init(_ error: ConfigurationError) { self.error = error }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(false, forKey: .valid)
        try container.encode(
            error.problems.map { Entry(location: $0.location, message: $0.message) }, forKey: .problems)
        try container.encode(error.more, forKey: .more)
    }
}
