import Foundation
import Health
import History
import Testing

@testable import LLMHealth

@Suite("Import and export", .timeLimit(.minutes(5)))
struct ImportTests {
    private static let second = Date(timeIntervalSince1970: Double(Int(Date().timeIntervalSince1970)) - 7_200)

    /// Minutes of two models, the second failing in the middle, with the changes that tell of it.
    private static func past() -> (snapshots: [HealthSnapshot], changes: [HealthChangeEvent]) {
        var snapshots: [HealthSnapshot] = []
        for minute in 0..<90 {
            for (model, isDown) in [("a/b,c", false), ("d", (30..<60).contains(minute))] {
                let status: HealthStatus = isDown ? .unhealthy : .healthy
                snapshots.append(
                    HealthSnapshot(
                        timestamp: second + Double(minute) * 60, modelId: ModelID(model), provider: "p", status: status,
                        score: isDown ? 10 : 95.5, reasonCode: isDown ? .outage : .passing,
                        metrics: .init(
                            latencyP50: isDown ? nil : 120.25, latencyP90: isDown ? nil : 200, latencyP99: nil,
                            errorRate: isDown ? 1 : 0, requestCount: 4, availability: 0.9),
                        probeResult: .init(
                            success: !isDown, latency: 130, error: isDown ? "HTTP 503: \"no,\nmore\"" : nil)))
            }
        }
        func change(_ seq: UInt64, _ minute: Double, _ from: HealthStatus, _ to: HealthStatus) -> HealthChangeEvent {
            HealthChangeEvent(
                seq: seq, modelId: "d", provider: "p", previousStatus: from, currentStatus: to,
                timestamp: second + minute * 60, reasons: [HealthReason(to == .healthy ? .passing : .outage, "so")])
        }
        return (snapshots, [change(3, 30, .healthy, .unhealthy), change(9, 60, .unhealthy, .healthy)])
    }

    private static let all = TimeRange(last: .seconds(86_400), endingAt: Date() + 3_600)

    private func settings(_ folder: ConfigurationFolder, _ name: String) -> Configuration.Store {
        Configuration.Store(path: "\(folder.path)/\(name)")
    }

    private func take(
        _ file: String, into name: String, in folder: ConfigurationFolder, format: ImportOptions.Format = .auto,
        renames: [String: ModelID] = [:], provider: String? = nil
    ) async throws -> String {
        var text = ""
        try await ImportRun(
            ImportOptions(file: "\(folder.path)/\(file)", format: format, renames: renames, provider: provider),
            into: settings(folder, name)
        ).run(terminal: Terminal(), write: { text += $0 }, note: { _ in })
        return text
    }

    private func export(_ name: String, in folder: ConfigurationFolder, _ format: ExportRun.Format = .jsonl)
        async throws -> String
    {
        var text = ""
        try await ExportRun(settings(folder, name), models: [], range: nil, format: format).run(
            terminal: Terminal(), write: { text += $0 }, note: { _ in })
        return text
    }

    /// What the command line would write, without the folder.
    private func problem(_ folder: ConfigurationFolder, _ body: () async throws -> String) async -> String {
        do { return try await body() } catch {
            return ErrorLines.lines(of: error).joined(separator: "\n").replacing("\(folder.path)/", with: "")
        }
    }

    @Test func `what was exported comes in again, once`() async throws {
        let folder = try ConfigurationFolder()
        let past = Self.past()
        let first = try SQLiteHistory(path: "\(folder.path)/first.db")
        try await first.append(past.snapshots, past.changes)
        let text = try await export("first.db", in: folder)
        #expect(text.split(separator: "\n").count == past.snapshots.count + past.changes.count)
        try folder.write(text, to: "past.jsonl")
        #expect(
            try await take("past.jsonl", into: "second.db", in: folder)
                == "imported 180 snapshots, 2 changes and 0 sums of 2 models\n")
        let second = try SQLiteHistory(path: "\(folder.path)/second.db")
        for model in ["a/b,c", "d"] as [ModelID] {
            let there = try await second.history(of: model, in: Self.all)
            #expect(there == past.snapshots.filter { $0.modelId == model })
        }
        #expect(try await second.changes(ChangeQuery()) == past.changes)
        #expect(
            try await take("past.jsonl", into: "second.db", in: folder).contains("182 rows were there already"))
        #expect(try await export("second.db", in: folder) == text)
        // Nothing is left beside it.
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!left.contains { $0.contains("import") })
    }

    @Test func `a database's models are renamed as those of any file`() async throws {
        let folder = try ConfigurationFolder()
        let past = Self.past()
        try await SQLiteHistory(path: "\(folder.path)/first.db").append(past.snapshots, past.changes)
        _ = try await take("first.db", into: "second.db", in: folder, renames: ["d": "e"], provider: "unused")
        let second = try SQLiteHistory(path: "\(folder.path)/second.db")
        #expect(try await second.models() == ["a/b,c", "e"])
        #expect(try await second.changes(ChangeQuery()).map(\.modelId) == ["e", "e"])
        #expect(try await second.history(of: "e", in: Self.all).allSatisfy { $0.provider == "p" })
    }

    /// The sums of one model say nothing of the others.
    @Test func `snapshots that follow later sums are summed up too`() async throws {
        let folder = try ConfigurationFolder()
        let source = try SQLiteHistory(path: "\(folder.path)/first.db")
        let start = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 / 86_400).rounded(.down) * 86_400)
        func row(_ model: ModelID, _ minute: Double) -> HealthSnapshot {
            HealthSnapshot(
                timestamp: start - 3 * 86_400 + minute * 60, modelId: model, provider: "p", status: .healthy,
                score: 90, reasonCode: .passing, metrics: .init(requestCount: 1))
        }
        try await source.append((0..<2_880).map { row("a", Double($0)) }, [])
        let forever = Duration.seconds(1_000 * 86_400)
        _ = try await source.prune(
            Retention(
                snapshots: .seconds(60), minutes: .seconds(60), hours: forever, days: forever, changes: forever),
            at: Date())
        let sums = try await export("first.db", in: folder)
        let other = try SQLiteHistory(path: "\(folder.path)/other.db")
        try await other.append((0..<60).map { row("b", Double($0)) }, [])
        try folder.write(sums + (try await export("other.db", in: folder)), to: "past.jsonl")
        _ = try await take("past.jsonl", into: "second.db", in: folder)
        let second = try SQLiteHistory(path: "\(folder.path)/second.db")
        #expect(try await second.models() == ["a", "b"])
        let all = TimeRange(last: .seconds(10 * 86_400), endingAt: Date())
        #expect(try await second.total(of: "a", in: all).snapshots == 2_880)
        #expect(try await second.total(of: "b", in: all).snapshots == 60)
    }

    @Test(arguments: ["1e30", "-1"])
    func `what is no count is told so`(count: String) async throws {
        let folder = try ConfigurationFolder()
        try folder.write(
            "timestamp,modelId,status,requestCount\n\(Self.second.rfc3339),m,healthy,\(count)\n", to: "past.csv")
        let told = await problem(folder) { try await take("past.csv", into: "h.db", in: folder) }
        #expect(
            told.hasPrefix("llm-health: past.csv") && told.contains("requestCount '\(count)' is no count"), "\(told)")
    }

    @Test func `a table of snapshots reads back as they were`() async throws {
        let folder = try ConfigurationFolder()
        let past = Self.past()
        try await SQLiteHistory(path: "\(folder.path)/first.db").append(past.snapshots, past.changes)
        try folder.write(try await export("first.db", in: folder, .csv), to: "past.csv")
        _ = try await take("past.csv", into: "second.db", in: folder)
        let second = try SQLiteHistory(path: "\(folder.path)/second.db")
        let there = try await second.history(of: "d", in: Self.all)
        let expected = past.snapshots.filter { $0.modelId == "d" }
        #expect(there.count == expected.count)
        for (a, b) in zip(there, expected) {
            var b = b
            // An empty percentile takes the probe's latency.
            b.metrics.latencyP50 = a.metrics.latencyP50
            b.metrics.latencyP90 = a.metrics.latencyP90
            b.metrics.latencyP99 = a.metrics.latencyP99
            #expect(a == b)
        }
        #expect(there.contains { $0.probeResult?.error == "HTTP 503: \"no,\nmore\"" })
    }

    @Test func `an import that was interrupted goes on where it stopped`() async throws {
        let folder = try ConfigurationFolder()
        // More than two batches of lines; one in the third is broken at first.
        let start = Self.second - 40_000
        var lines = (0..<12_000).map { number in
            let at = (start + Double(number) * 3).rfc3339
            return
                #"{"timestamp":"\#(at)","modelId":"m","provider":"p","status":"healthy","reason":"passing","metrics":{"requestCount":1}}"#
        }
        let good = lines[11_000]
        lines[11_000] = good.replacing("healthy", with: "wealthy")
        let path = "\(folder.path)/past.jsonl"
        func write() throws {
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.modificationDate: start], ofItemAtPath: path)
        }
        try write()
        let told = await problem(folder) { try await take("past.jsonl", into: "h.db", in: folder) }
        #expect(told.hasPrefix("llm-health: past.jsonl:11001: 'status': "))
        let stage = try #require(
            FileManager.default.contentsOfDirectory(atPath: folder.path).first {
                $0.contains(".import-") && $0.hasSuffix(".db")
            })
        let staged = try SQLiteHistory(path: "\(folder.path)/\(stage)")
        #expect(try await staged.noted("import_lines") == 10_000)
        lines[11_000] = good
        try write()
        #expect(try await take("past.jsonl", into: "h.db", in: folder).contains("imported 12000 snapshots"))
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/\(stage)"))
    }

    @Test func `what Gatus and LiteLLM tell of their past`() async throws {
        let folder = try ConfigurationFolder()
        let at = Self.second
        try folder.write(
            """
            [{"name":"gpt-4o","group":"openai","key":"openai_gpt-4o","results":[
              {"status":200,"hostname":"h","duration":412000000,"conditionResults":[{"condition":"[STATUS] == 200","success":true}],"success":true,"timestamp":"\(at.rfc3339.dropLast(1))456789+00:00"},
              {"status":503,"duration":9000000,"errors":["refused"],"conditionResults":[{"condition":"[STATUS] == 200","success":false}],"success":false,"timestamp":"\((at + 60).rfc3339)"}]}]
            """, to: "gatus.json")
        try folder.write(
            """
            {"health_checks":[{"health_check_id":"1","model_name":"gpt-4o","model_id":"x","status":"unhealthy","healthy_count":0,
              "unhealthy_count":1,"error_message":"429","response_time_ms":812.5,"details":{},"checked_by":"b",
              "checked_at":"\((at + 120).rfc3339.dropLast(1))","created_at":"\(at.rfc3339)"}],"total_records":1,"limit":100,"offset":0}
            """, to: "litellm.json")
        try folder.write(
            """
            health_check_id,model_name,model_id,status,error_message,response_time_ms,checked_at
            7,gpt-4o,x,healthy,,99.5,\((at + 180).rfc3339.replacing("T", with: " ").dropLast(1))+00
            """, to: "litellm.csv")
        _ = try await take("gatus.json", into: "h.db", in: folder)
        _ = try await take("litellm.json", into: "h.db", in: folder, provider: "azure")
        _ = try await take("litellm.csv", into: "h.db", in: folder, renames: ["gpt-4o": "gpt-4o"], provider: "azure")
        let rows = try await SQLiteHistory(path: "\(folder.path)/h.db").history(of: "gpt-4o", in: Self.all)
        #expect(rows.map(\.status) == [.healthy, .unhealthy, .unhealthy, .healthy])
        #expect(rows.map(\.provider) == ["openai", "openai", "azure", "azure"])
        #expect(rows.map { $0.probeResult?.latency } == [412, 9, 812.5, 99.5])
        #expect(rows.map { $0.probeResult?.error } == [nil, "refused; [STATUS] == 200", "429", nil])
        #expect(rows.map(\.metrics.latencyP50) == [412, nil, nil, 99.5])
    }

    @Test func `a document on one long line is one`() async throws {
        let folder = try ConfigurationFolder()
        let results = (0..<20_000).map { number in
            #"{"status":200,"duration":1,"success":true,"timestamp":"\#((Self.second - Double(number)).rfc3339)"}"#
        }
        let text = #"[{"name":"m","group":"g","key":"g_m","results":["# + results.joined(separator: ",") + "]}]"
        #expect(text.utf8.count > 1 << 20)
        try folder.write(text, to: "gatus.json")
        for format in [ImportOptions.Format.auto, .json] {
            #expect(
                try await take("gatus.json", into: "\(format).db", in: folder, format: format)
                    .hasPrefix("imported 20000 snapshots"))
        }
    }

    @Test func `another model's name becomes ours`() async throws {
        let folder = try ConfigurationFolder()
        try folder.write("time,name,success\n\(Self.second.rfc3339),openai_gpt-4o,yes\n", to: "t.csv")
        let renames = try ImportOptions.renames(["openai_gpt-4o=gpt=4o"])
        _ = try await take("t.csv", into: "h.db", in: folder, renames: renames)
        #expect(try await SQLiteHistory(path: "\(folder.path)/h.db").models() == ["gpt=4o"])
    }

    @Test(arguments: [
        ("", "x.jsonl: is empty"),
        ("{}\n", "x.jsonl: is neither a line of JSON per record"),
        (#"{"timestamp":"2026-11-01T00:00:00Z"}"#, "x.jsonl: is neither a line of JSON per record"),
        ("when,model\n1,2\n", "x.jsonl: the first line has no column 'timestamp'"),
        ("time,model\n1,2\n", "x.jsonl: the first line has neither a column 'status' nor 'success'"),
        ("time,model,status\n2026-11-01,m,up\n", "x.jsonl: row 2: '2026-11-01' is no time"),
        ("time,model,status\n1795435200,m,fine\n", "x.jsonl: row 2: status 'fine' is none of"),
        ("time,model,status,p50\n1795435200,m,healthy,fast\n", "x.jsonl: row 2: latencyP50 'fast' is no number"),
    ])
    func `a file that is none of them is told so, with where`(text: String, expected: String) async throws {
        let folder = try ConfigurationFolder()
        try folder.write(text, to: "x.jsonl")
        let told = await problem(folder) { try await take("x.jsonl", into: "h.db", in: folder) }
        #expect(told.hasPrefix("llm-health: " + expected), "\(told)")
    }

    @Test func `what cannot be imported into or from is told so`() async throws {
        let folder = try ConfigurationFolder()
        try await SQLiteHistory(path: "\(folder.path)/h.db").append(Self.past().snapshots)
        #expect(
            await problem(folder) { try await take("h.db", into: "h.db", in: folder) }.contains(
                "h.db: this is the configured history itself"))
        #expect(
            await problem(folder) { try await take("none", into: "h.db", in: folder) }.contains(
                "none: there is no such file"))
        #expect(
            await problem(folder) { try await export("none.db", in: folder) }.contains(
                "none.db: there is no history yet"))
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/none.db"))
        let memory = ImportRun(ImportOptions(file: "\(folder.path)/h.db"), into: .init(path: ":memory:"))
        #expect(
            await problem(folder) {
                try await memory.run(terminal: Terminal(), write: { _ in }, note: { _ in })
                return ""
            }.contains("kept in memory only"))
        await #expect(throws: InputError.self) {
            try await ExportRun(settings(folder, "h.db"), models: ["nobody"], range: nil, format: .jsonl).run(
                terminal: Terminal(), write: { _ in }, note: { _ in })
        }
        #expect(throws: InputError.self) { try ImportOptions.renames(["a"]) }
    }

    @Test func `progress is one line that empties itself, and only for people`() {
        var text = ""
        var bar = ProgressBar(Terminal(isInteractive: true, width: 60)) { text += $0 }
        bar.show(0.5, "7 rows")
        bar.show(0.5, "8 rows")
        bar.clear()
        #expect(
            text
                == "\r\u{1B}[2K\(String(repeating: "█", count: 15))\(String(repeating: "░", count: 15))  50 %  7 rows\r\u{1B}[2K"
        )
        text = ""
        var silent = ProgressBar(Terminal()) { text += $0 }
        silent.show(0.5, "7 rows")
        silent.clear()
        #expect(text.isEmpty)
    }

    @Test(
        arguments: [
            ("24h", nil, nil, 86_400), ("30d", nil, nil, 30 * 86_400), (nil, "2026-11-28", "2026-11-29", 86_400),
            (nil, "2026-11-28T10:00:00+02:00", "2026-11-28T09:00:00Z", 3_600),
        ] as [(String?, String?, String?, Double)])
    func `a range is the last so long, or from and to`(last: String?, from: String?, to: String?, seconds: Double)
        throws
    {
        let range = try AskedRange.read(last: last, from: from, to: to, now: Self.second)
        #expect(range?.duration == .seconds(seconds))
    }

    @Test(
        arguments: [
            ("24", nil, nil, "--last '24'"), ("1h", "2026-11-28", nil, "not both"),
            (nil, "yesterday", nil, "--from 'yesterday'"), (nil, nil, "2026-11-28", "needs --from"),
            (nil, "2026-11-28", "2026-11-27", "must be later"),
        ] as [(String?, String?, String?, String)])
    func `a range that is none is told so`(last: String?, from: String?, to: String?, text: String) throws {
        let error = #expect(throws: InputError.self) {
            try AskedRange.read(last: last, from: from, to: to, now: Self.second)
        }
        #expect(error?.description.contains(text) == true)
    }
}
