package import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension HistoryStore {
    /// What a range comes to for some models, or all that anything is stored of.
    ///
    /// - Parameters:
    ///   - maintenance: when work on a model was planned; such time counts for its uptime, not for its objective.
    ///   - objective: the uptime that a model should have; a fraction 0…1.
    package func report(
        of models: [ModelID]? = nil, in range: TimeRange,
        maintenance: (ModelID) -> [TimeRange] = { _ in [] }, objective: (ModelID) -> Double
    ) async throws(HealthStorageError) -> HealthReport {
        let now = timekeeper.now.wall
        var report = HealthReport(range: range, createdAt: now, models: [], incidents: [])
        let stored = try await self.models()
        for model in models ?? stored {
            let incidents = try await incidents(of: model, in: range)
            let planned = try await spans(of: model, in: range, within: maintenance(model))
            let row = try await row(
                model, in: range, planned: planned, objective: objective(model), incidents, now: now)
            // A model that nothing is known of in this time has no line.
            guard row.observedSeconds > 0 || row.requests > 0 || !incidents.isEmpty || models != nil else { continue }
            report.models.append(row)
            report.incidents += incidents
        }
        report.models.sort {
            ($0.isMet == false ? 0 : 1, $0.uptime ?? 2, $0.modelId) < (
                $1.isMet == false ? 0 : 1, $1.uptime ?? 2, $1.modelId
            )
        }
        report.incidents.sort { ($1.from, $0.modelId) < ($0.from, $1.modelId) }
        return report
    }

    private func row(
        _ model: ModelID, in range: TimeRange, planned: RollUp.Spans, objective: Double, _ incidents: [Incident],
        now: Date
    ) async throws(HealthStorageError) -> HealthReport.Model {
        let total = try await total(of: model, in: range)
        let newest = try await history(of: model, in: range, limit: 1).last
        let spans = total.spans
        // Sums know of whole minutes: what was planned cannot be more than all.
        let counted = max(Double(spans.counted - planned.counted) / 1_000, 0)
        let down = min(max(Double(spans.unhealthy - planned.unhealthy) / 1_000, 0), counted)
        let outside = planned.counted == 0 ? spans.availability : counted > 0 ? 1 - down / counted : nil
        let ended = incidents.filter { $0.to != nil }.map { $0.duration(at: now).seconds }
        let end = min(range.to, now)
        return HealthReport.Model(
            modelId: model, provider: newest?.provider ?? incidents.last?.provider ?? "", uptime: spans.availability,
            uptimeOutsideMaintenance: outside, objective: objective, isMet: outside.map { $0 >= objective },
            errorBudget: .init(counted: counted, down: down, objective: objective),
            observedSeconds: Double(spans.observed) / 1_000, unhealthySeconds: Double(spans.unhealthy) / 1_000,
            degradedSeconds: Double(spans.degraded) / 1_000,
            maintenanceSeconds: Double(min(planned.counted, spans.counted)) / 1_000,
            unknownSeconds: max(end.timeIntervalSince(range.from) - Double(spans.counted + spans.idle) / 1_000, 0),
            requests: total.requests, errorRate: total.errorRate, latency: total.latency.medians,
            incidents: incidents.count,
            longestIncidentSeconds: incidents.map { $0.duration(at: now).seconds }.max(),
            meanTimeToRecoverySeconds: ended.isEmpty ? nil : ended.reduce(0, +) / Double(ended.count),
            days: try await days(of: model, in: range))
    }

    /// What a model's statuses came to within some stretches of a range, each minute once.
    private func spans(of model: ModelID, in range: TimeRange, within stretches: [TimeRange])
        async throws(HealthStorageError) -> RollUp.Spans
    {
        let minute = RollUpWidth.minute.milliseconds
        let bounds = range.possible
        var spans = RollUp.Spans()
        var last = bounds.lowerBound.roundedDown(to: minute)
        for stretch in stretches.map(\.possible).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            let from = max(stretch.lowerBound.roundedDown(to: minute), last)
            let to = min(stretch.upperBound, bounds.upperBound).roundedUp(to: minute)
            guard from < to else { continue }
            last = to
            for (part, width) in RollUpWidth.parts(of: from..<to) {
                spans += try await self.spans(of: model, in: part, width: width)
            }
        }
        return spans
    }

    /// - Parameter part: whole stretches of the width.
    private func spans(of model: ModelID, in part: Range<Int64>, width: RollUpWidth)
        async throws(HealthStorageError) -> RollUp.Spans
    {
        func added(_ range: Range<Int64>) async throws(HealthStorageError) -> RollUp.Spans {
            try await sums(of: model, in: range, width: width, hasLatency: false).reduce(into: RollUp.Spans()) {
                $0 += $1.spans
            }
        }
        let own = try await added(part)
        guard own.observed == 0, let longer = width.longer else { return own }
        // So old that only longer sums are left: in proportion. Where shorter ones are kept, nobody looked.
        let around =
            part.lowerBound.roundedDown(to: longer.milliseconds)..<part.upperBound.roundedUp(to: longer.milliseconds)
        guard try await added(around).observed == 0 else { return own }
        return try await spans(of: model, in: around, width: longer)
            .scaled(by: Double(part.count) / Double(around.count))
    }

    /// Each day that the range touches, those without a sight of the model too.
    private func days(of model: ModelID, in range: TimeRange) async throws(HealthStorageError) -> [HealthReport.Day] {
        let grid = CellGrid(range, resolution: RollUpWidth.day.milliseconds)
        let known = Dictionary(
            try await cells(of: model, grid, hasLatency: false).map { ($0.start.milliseconds, $0.spans) },
            uniquingKeysWith: { a, _ in a })
        return grid.starts.map { start in
            HealthReport.Day(
                start: Date(milliseconds: start), uptime: known[start]?.availability, worst: known[start]?.worst)
        }
    }
}
