import Foundation
import Health
import History
import Testing

@testable import LLMHealth

@Suite("Reports", .timeLimit(.minutes(5)))
struct ReportRunTests {
    private static let range = TimeRange(
        last: .seconds(7_200),
        endingAt: Date(timeIntervalSince1970: (Date().timeIntervalSince1970 / 60).rounded() * 60 - 600))

    /// Two hours of a model that was down for twelve minutes, and one with a name that pages must not take for theirs.
    private func folder() async throws -> ConfigurationFolder {
        let folder = try ConfigurationFolder(
            yaml: """
                history: {sqlite: {path: h.db}}
                providers: {p: {kind: openai, url: "http://127.0.0.1:9"}}
                defaults: {uptimeObjective: 99.9}
                models: [{id: "<b>&\\"", provider: p}, {id: b, provider: p, uptimeObjective: 80}]
                """)
        let store = try SQLiteHistory(path: "\(folder.path)/h.db")
        var rows: [HealthSnapshot] = []
        for minute in 0...120 {
            for model in ["<b>&\"", "b"] as [ModelID] {
                let status: HealthStatus = (60..<72).contains(minute) ? .unhealthy : .healthy
                rows.append(
                    HealthSnapshot(
                        timestamp: Self.range.from + Double(minute) * 60, modelId: model, provider: "p", status: status,
                        reasonCode: status == .healthy ? .passing : .outage,
                        metrics: .init(latencyP50: 120, latencyP99: 900, errorRate: 0, requestCount: 2)))
            }
        }
        let change = HealthChangeEvent(
            seq: 1, modelId: "b", provider: "p", previousStatus: .healthy, currentStatus: .unhealthy,
            timestamp: Self.range.from + 3_600, reasons: [HealthReason(.outage, "<script>alert(1)</script>")])
        try await store.append(rows, [change])
        return folder
    }

    private func run(
        _ format: ReportRun.Format, _ folder: ConfigurationFolder, width: Int? = 100, objective: Double? = nil
    ) async throws -> String {
        var configuration = try folder.load()
        configuration.history.path = "\(folder.path)/h.db"
        return try await ReportRun(configuration, models: [], range: Self.range, objective: objective).run(
            format, terminal: Terminal(width: width))
    }

    @Test func `a table that fits, with each model's own objective`() async throws {
        let folder = try await folder()
        for width in [60, 80, 140] {
            let lines = try await run(.text, folder, width: width).split(separator: "\n")
            #expect(lines.allSatisfy { DisplayWidth.of(String($0)) <= width })
            #expect(lines.contains { $0.hasPrefix("<b>&\"") && $0.contains("90.00 %") })
            #expect(lines.contains("1 of 2 models missed their objective"))
        }
        #expect(try await run(.text, folder, objective: 50).contains("2 of 2 models met their objective"))
    }

    @Test func `a table for spreadsheets and JSON for programs`() async throws {
        let folder = try await folder()
        let csv = try await run(.csv, folder).split(separator: "\n")
        #expect(csv.count == 3)
        #expect(csv[1].contains("\"<b>&\"\"\",p,0.9,0.9,0.0,0.999,false,"))
        #expect(csv[2].contains(",b,p,0.9,0.9,0.0,0.8,true,"))
        let json = try HealthJSON.decoder().decode(HealthReport.self, from: Data(try await run(.json, folder).utf8))
        #expect(json.models.map(\.objective) == [0.999, 0.8])
    }

    @Test func `a page in which nothing of others becomes markup`() async throws {
        let page = try await run(.html, try await folder())
        #expect(page.contains("&lt;b&gt;&amp;&quot;") && !page.contains("<b>&"))
        #expect(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script"))
        #expect(page.contains("1 of 2 models missed their objective"))
        #expect(!page.contains("http://") && !page.contains("https://"))
    }

    @Test(arguments: [(0.99999, "99.99 %"), (1.0, "100.00 %"), (0.9, "90.00 %"), (0, "0.00 %"), (0.29, "29.00 %")])
    func `what is not quite all never looks so`(share: Double, text: String) {
        #expect(ReportText.percent(share) == text)
    }
}
