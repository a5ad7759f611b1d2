import Foundation
import HTTPTypes
import Health
import History
import HummingbirdTesting
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import API

@Suite("History and trends", .timeLimit(.minutes(5)))
struct PastTests {
    private let history = "/api/llm-manager/health/history"
    private let trends = "/api/llm-manager/health/trends"

    private func fixture(snapshots count: Int = 0) async throws -> Fixture {
        let fixture = Fixture()
        for number in 0..<count {
            try await fixture.storage.store(
                HealthSnapshot(
                    timestamp: Fixture.at(Double(number - count) * 60), modelId: "gpt-4o", provider: "openai",
                    status: .healthy, score: 99, reasonCode: .passing,
                    metrics: .init(latencyP50: Double(number), requestCount: 4)))
        }
        return fixture
    }

    @Test(
        arguments: [
            ("", 86_400), ("&timeRange=1h", 3_600), ("&timeRange=6h", 21_600), ("&timeRange=24h", 86_400),
            ("&timeRange=7d", 604_800), ("&timeRange=30d", 2_592_000), ("&timeRange=90d", 7_776_000),
        ] as [(String, Double)])
    func `a range by name ends now`(query: String, seconds: Double) async throws {
        let fixture = try await fixture()
        fixture.time.advance(by: .seconds(10))
        #expect(try await fixture.get("\(history)?modelId=gpt-4o\(query)").status == .ok)
        let asked = fixture.storage.state.withLock { $0.ranges }
        #expect(asked.map(\.to) == [Fixture.at(10)])
        #expect(asked.map(\.from) == [Fixture.at(10 - seconds)])
    }

    @Test(
        arguments: [
            ("from=2026-11-23T08:00:00Z&to=2026-11-23T09:00:00Z", -7_200, -3_600),
            ("from=2026-11-23T10:00:00.500%2B02:00&to=2026-11-23T10:00:00Z", -7_199.5, 0),
            ("from=2026-11-23T10:00:00+02:00&to=2026-11-23T10:00:00-00:30", -7_200, 1_800),
            ("to=2026-11-23%2010:00:00Z&from=2026-11-23%2009:59:59Z", -1, 0),
        ] as [(String, Double, Double)])
    func `a range by its ends`(query: String, from: Double, to: Double) async throws {
        let fixture = try await fixture()
        #expect(try await fixture.get("\(history)?modelId=gpt-4o&\(query)").status == .ok)
        let asked = fixture.storage.state.withLock { $0.ranges }
        #expect(asked == [try TimeRange(from: Fixture.at(from), to: Fixture.at(to))])
    }

    @Test(
        arguments: [
            ("", "modelId"), ("modelId=", "modelId"), ("modelId=a&timeRange=2h", "timeRange"),
            ("modelId=a&timeRange=", "timeRange"),
            ("modelId=a&timeRange=1h&from=2026-11-23T08:00:00Z", "timeRange"),
            ("modelId=a&timeRange=1h&from=2026-11-23T08:00:00Z&to=2026-11-23T09:00:00Z", "timeRange"),
            ("modelId=a&from=2026-11-23T08:00:00Z", "to"), ("modelId=a&to=2026-11-23T08:00:00Z", "from"),
            ("modelId=a&from=yesterday&to=2026-11-23T09:00:00Z", "from"),
            ("modelId=a&from=2026-11-23T08:00:00Z&to=2026-02-30T00:00:00Z", "to"),
            ("modelId=a&from=2026-11-23T09:00:00Z&to=2026-11-23T09:00:00Z", "to"),
            ("modelId=a&from=2026-11-23T09:00:01Z&to=2026-11-23T09:00:00Z", "to"),
            ("modelId=a&limit=0", "limit"), ("modelId=a&limit=10001", "limit"), ("modelId=a&limit=ten", "limit"),
            ("modelId=a&limit=-1", "limit"), ("modelId=a&limit=99999999999999999999", "limit"),
        ] as [(String, String)])
    func `a question that cannot be meant is refused`(query: String, field: String) async throws {
        let fixture = try await fixture()
        try await fixture.get("\(history)?\(query)").expectProblem("bad-parameter", 400, field: field)
        #expect(fixture.storage.state.withLock { $0.ranges.isEmpty })
    }

    @Test func `history is oldest first and the newest when cut`() async throws {
        let fixture = try await fixture(snapshots: 5)
        let all = try await fixture.get("\(history)?modelId=gpt-4o").json
        #expect(all["snapshots"]?.array?.map { $0["metrics"]?["latencyP50"]?.number } == [0, 1, 2, 3, 4])
        #expect(all["truncated"] == false)
        #expect(all["modelId"] == "gpt-4o")
        #expect(all["range"] == ["from": "2026-11-22T10:00:00.000Z", "to": "2026-11-23T10:00:00.000Z"])
        let cut = try await fixture.get("\(history)?modelId=gpt-4o&limit=2").json
        #expect(cut["snapshots"]?.array?.map { $0["metrics"]?["latencyP50"]?.number } == [3, 4])
        #expect(cut["truncated"] == true)
        #expect(try await fixture.get("\(history)?modelId=gpt-4o&limit=5").json["truncated"] == false)
    }

    @Test func `a model without history is empty and an unknown one a problem`() async throws {
        let fixture = try await fixture()
        #expect(try await fixture.get("\(history)?modelId=meta/llama-3.1/8b").json["snapshots"] == [])
        try await fixture.get("\(history)?modelId=nobody").expectProblem("unknown-model", 404, field: "modelId")
        try await fixture.get("\(trends)?modelId=nobody").expectProblem("unknown-model", 404, field: "modelId")
    }

    @Test func `a removed model still has its past`() async throws {
        let fixture = try await fixture(snapshots: 1)
        fixture.publish([])
        #expect(try await fixture.get("\(history)?modelId=gpt-4o").json["snapshots"]?.array?.count == 1)
    }

    @Test(
        arguments: [
            ("", 86_400), ("&window=24h", 86_400), ("&window=5m", 300), ("&window=60s", 60), ("&window=7d", 604_800),
            ("&window=1830d", 158_112_000), ("&timeRange=7d", 604_800), ("&timeRange=1h", 3_600),
        ] as [(String, Int64)])
    func `a window`(query: String, seconds: Int64) async throws {
        let fixture = try await fixture()
        let response = try await fixture.get("\(trends)?modelId=gpt-4o\(query)")
        #expect(response.status == .ok)
        #expect(fixture.storage.state.withLock { $0.windows } == [.seconds(seconds)])
        #expect(try response.json["modelId"] == "gpt-4o")
        #expect(try response.json["latency"] == "unknown")
    }

    @Test(
        arguments: [
            "59s", "0m", "1831d", "h", "24", "-5m", "1.5h", "24H", "1h30m", "", "+5m", "٢h", "99999999999999999999d",
            "9223372036854775807d",
        ] as [String])
    func `a window that cannot be meant is refused`(text: String) async throws {
        let query = text.replacing("+", with: "%2B")
        try await fixture().get("\(trends)?modelId=gpt-4o&window=\(query)").expectProblem(
            "bad-parameter", 400, field: "window")
    }

    @Test(arguments: [
        ("window=1h&timeRange=1h", "window"), ("timeRange=2h", "timeRange"), ("resolution=10m&buckets=5", "buckets"),
        ("resolution=1s", "resolution"),
    ])
    func `trends are asked for as all else is, and in one way at a time`(query: String, field: String) async throws {
        try await fixture().get("\(trends)?modelId=gpt-4o&\(query)").expectProblem("bad-parameter", 400, field: field)
    }

    @Test func `what the store says of its trouble stays inside`() async throws {
        let fixture = try await fixture()
        fixture.storage.state.withLock {
            $0.error = HealthStorageError(
                operation: .query, message: "disk I/O error in /var/lib/x.db", cause: "NSCocoa")
        }
        for uri in ["\(history)?modelId=gpt-4o", "\(trends)?modelId=gpt-4o"] {
            let response = try await fixture.get(uri)
            try response.expectProblem("history-away", 503)
            #expect(!response.text.contains("disk"))
            #expect(!response.text.contains("/var"))
        }
        #expect(try await fixture.get("/api/llm-manager/health/detailed").status == .ok)
    }
}

/// Questions that only a whole store can answer.
@Suite("Timeline and incidents", .timeLimit(.minutes(5)))
struct TimelineRouteTests {
    private let base = "/api/llm-manager/health/"

    /// An hour: healthy, ten minutes of trouble in the middle, then healthy.
    private func fixture() async throws -> Fixture {
        let store = MemoryHistory(timekeeper: ManualTime(start: Fixture.at(0)).timekeeper)
        let fixture = Fixture(storage: store)
        let rows = (0..<60).map { minute in
            HealthSnapshot(
                timestamp: Fixture.at(Double(minute - 60) * 60), modelId: "gpt-4o", provider: "openai",
                status: (30..<40).contains(minute) ? .unhealthy : .healthy, score: 99,
                reasonCode: (30..<40).contains(minute) ? .outage : .passing,
                metrics: .init(latencyP50: 100, errorRate: 0, requestCount: 4))
        }
        func change(_ seq: UInt64, _ minute: Double, _ from: HealthStatus, _ to: HealthStatus) -> HealthChangeEvent {
            HealthChangeEvent(
                seq: seq, modelId: "gpt-4o", provider: "openai", previousStatus: from, currentStatus: to,
                timestamp: Fixture.at((minute - 60) * 60),
                reasons: [HealthReason(to == .healthy ? .passing : .outage, "now \(to.rawValue)")])
        }
        try await store.append(rows, [change(7, 30, .healthy, .unhealthy), change(8, 40, .unhealthy, .healthy)])
        return fixture
    }

    private func object(_ answer: TestResponse) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(String(buffer: answer.body).utf8)) as? [String: Any])
    }

    @Test
    func `a timeline tells periods, uptime and incidents`() async throws {
        let answer = try await fixture().get("\(base)timeline?modelId=gpt-4o&timeRange=1h")
        #expect(answer.status == .ok)
        let timeline = try object(answer)
        let periods = try #require(timeline["periods"] as? [[String: Any]])
        #expect(periods.map { $0["status"] as? String } == ["healthy", "unhealthy", "healthy"])
        #expect(periods[1]["reason"] as? String == "now unhealthy")
        #expect(timeline["resolution"] as? Double == 0)
        #expect(abs(try #require(timeline["availability"] as? Double) - 50 / 60.0) < 1e-6)
        let incidents = try #require(timeline["incidents"] as? [[String: Any]])
        #expect(incidents.count == 1)
        #expect(incidents[0]["id"] as? String == "7")
        #expect(incidents[0]["worst"] as? String == "unhealthy")
    }

    @Test(
        arguments: [
            ("&from=2026-11-23T09:00:00Z&to=2026-11-23T10:00:00Z&buckets=6", 6, [1, 1, 1, 0, 1, 1]),
            ("&window=1h&buckets=2", 2, [1, 2 / 3.0]), ("&window=1h&buckets=1", 1, [50 / 60.0]),
        ] as [(String, Int, [Double])])
    func `trends of a range, in as many stretches as are asked for`(query: String, count: Int, availability: [Double])
        async throws
    {
        let json = try await fixture().get("\(base)trends?modelId=gpt-4o\(query)").json
        let buckets = try #require(json["buckets"]?.array)
        #expect(buckets.count == count)
        let found = buckets.map { ($0["availability"]?.number ?? -1) }
        #expect(zip(found, availability).allSatisfy { abs($0 - $1) < 1e-6 }, "\(found)")
    }

    @Test(arguments: [
        ("buckets=0", "buckets"), ("buckets=10001", "buckets"), ("buckets=x", "buckets"),
        ("from=2026-11-23T09:00:00Z", "to"), ("window=1h&from=2026-11-23T09:00:00Z", "window"),
        ("from=2026-11-23T09:00:00Z&to=2026-11-23T08:00:00Z", "to"),
    ])
    func `trends that cannot be meant`(query: String, field: String) async throws {
        try await fixture().get("\(base)trends?modelId=gpt-4o&\(query)").expectProblem(
            "bad-parameter", 400, field: field)
    }

    @Test(arguments: [
        ("from=2021-11-22T00:00:00Z&to=2026-11-23T00:00:00Z", 200),
        ("from=2021-11-15T00:00:00Z&to=2026-11-23T00:00:00Z", 400),
        ("from=0001-01-01T00:00:00Z&to=9999-12-31T00:00:00Z", 400),
    ])
    func `a report tells days, so its range has an end`(query: String, status: Int) async throws {
        let store = MemoryHistory(timekeeper: ManualTime(start: Fixture.start).timekeeper)
        let response = try await Fixture(storage: store).get("/api/llm-manager/health/report?modelId=gpt-4o&\(query)")
        #expect(response.status.code == status)
        if status == 400 { try response.expectProblem("bad-parameter", 400, field: "from") }
    }

    @Test
    func `a resolution makes it coarse, and history short`() async throws {
        let fixture = try await fixture()
        let timeline = try object(try await fixture.get("\(base)timeline?modelId=gpt-4o&timeRange=1h&resolution=30m"))
        #expect(timeline["resolution"] as? Double == 1_800)
        #expect(abs(try #require(timeline["availability"] as? Double) - 50 / 60.0) < 1e-6)
        let history = try object(try await fixture.get("\(base)history?modelId=gpt-4o&timeRange=1h&resolution=30m"))
        let snapshots = try #require(history["snapshots"] as? [[String: Any]])
        #expect(snapshots.map { $0["status"] as? String } == ["healthy", "unhealthy"])
        #expect((snapshots[1]["metrics"] as? [String: Any])?["requestCount"] as? Int == 120)
    }

    @Test
    func `incidents are told, newest first, of one model or of all`() async throws {
        let fixture = try await fixture()
        for query in ["?modelId=gpt-4o", "?modelId=gpt-4o&timeRange=6h"] {
            let answer = try object(try await fixture.get("\(base)incidents\(query)"))
            #expect((answer["incidents"] as? [[String: Any]])?.map { $0["id"] as? String } == ["7"])
        }
        #expect(try await fixture.get("\(base)incidents").status == .ok)
    }

    @Test(arguments: [
        ("timeline", "modelId"), ("timeline?modelId=x&resolution=5s", "resolution"),
        ("timeline?modelId=x&resolution=often", "resolution"), ("history?modelId=x&resolution=0m", "resolution"),
        ("incidents?timeRange=soon", "timeRange"),
    ])
    func `what cannot be meant is refused`(path: String, parameter: String) async throws {
        let answer = try await fixture().get(base + path)
        #expect(answer.status == .badRequest)
        #expect(String(buffer: answer.body).contains(parameter))
    }

    @Test
    func `a model that nobody knows is not found`() async throws {
        #expect(try await fixture().get("\(base)timeline?modelId=nobody").status == .notFound)
    }
}
