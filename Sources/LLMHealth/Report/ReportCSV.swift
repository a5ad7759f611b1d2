import Health
import History

/// The models of a report as a table for spreadsheets.
enum ReportCSV {
    static func text(_ report: HealthReport) -> String {
        func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
        var text =
            "from,to,modelId,provider,uptime,uptimeOutsideMaintenance,maintenanceSeconds,objective,isMet,allowedDownSeconds,downSeconds,budgetRemaining,degradedSeconds,"
            + "unknownSeconds,requests,errorRate,latencyP50,latencyP90,latencyP99,incidents,longestIncidentSeconds,"
            + "meanTimeToRecoverySeconds\n"
        for model in report.models {
            let budget = model.errorBudget
            text +=
                [
                    report.range.from.rfc3339, report.range.to.rfc3339, model.modelId.rawValue, model.provider,
                    number(model.uptime), number(model.uptimeOutsideMaintenance),
                    number(model.maintenanceSeconds), number(model.objective), model.isMet.map { "\($0)" } ?? "",
                    number(budget.allowedSeconds), number(budget.usedSeconds), number(budget.remaining),
                    number(model.degradedSeconds), number(model.unknownSeconds), "\(model.requests)",
                    number(model.errorRate), number(model.latency.p50), number(model.latency.p90),
                    number(model.latency.p99), "\(model.incidents)", number(model.longestIncidentSeconds),
                    number(model.meanTimeToRecoverySeconds),
                ].map(HistoryCSV.quoted).joined(separator: ",") + "\n"
        }
        return text
    }
}
