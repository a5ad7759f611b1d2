import Foundation
import Health
import Testing
import Web

@testable import LLMHealth

@Suite("Planned work, announcements and the status page of a configuration", .timeLimit(.minutes(5)))
struct NoticeConfigurationTests {
    private static let yaml = """
        maintenance:
          - title: New GPUs
            text: Slower for a while
            from: 2026-11-23T10:00:00+01:00
            until: 2026-11-23T12:00:00Z
            models: [gpt-*, mistral]
          - {title: Everything, from: 2026-11-24T10:00:00Z, until: 2026-11-24T11:00:00Z}
        announcements:
          - {title: Prices change, from: 2026-11-01T00:00:00Z}
        statusPage:
          enabled: true
          groups:
            - {name: Chat, models: ["gpt-*"]}
            - {name: Batch, models: [llama], showModels: false}
          names: {gpt-4o: Our best}
        """

    @Test func `it holds and is numbered`() throws {
        let configuration = try Configuration.load(yaml: Self.yaml, environment: [:])
        let board = try NoticeBoard(MemoryDocuments())
        board.configure(announcements: configuration.announcements, maintenance: configuration.maintenance)
        let during = try #require(Date(rfc3339: "2026-11-23T11:00:00Z"))
        let ids = board.maintenance(at: during).map(\.id)
        #expect(Set(ids).count == 2 && ids.allSatisfy { $0.hasPrefix("configured-maintenance-") })
        // Another one before them leaves them their ids.
        board.configure(
            announcements: configuration.announcements,
            maintenance: [Announcement(id: "", title: "x", from: during, until: during + 60)]
                + configuration.maintenance)
        #expect(Set(ids).isSubset(of: board.maintenance(at: during).map(\.id)))
        board.configure(announcements: configuration.announcements, maintenance: configuration.maintenance)
        #expect(board.announcements(at: during).map(\.title) == ["Prices change"])
        for (model, notices) in [("gpt-4o", 1), ("mistral", 1), ("mistral-2", 0), ("llama", 0)] {
            #expect(board.notices(of: ModelID(model), at: during).count == notices, "\(model)")
        }
        #expect(board.notices(of: "llama", at: during + 86_400 - 3_600).map(\.reason) == ["Everything"])
        #expect(board.maintenance(of: "gpt-4o").count == 2)
        // What the configuration says, only the configuration takes back.
        #expect(try board.takeBack(ids[0], at: during) == false)
        let revision = board.revision
        board.configure(announcements: [], maintenance: [])
        #expect(board.maintenance(at: during).isEmpty && board.revision > revision)
    }

    @Test func `names that fit no model are told of`() throws {
        let models = """

            server: {publicBadges: ["gpt-*", "*"]}
            providers: {p: {kind: openai, url: "http://h", key: k}}
            models: [{id: gpt-4o, provider: p}, {id: llama3, provider: p, enabled: false}]
            """
        let configuration = try Configuration.load(yaml: Self.yaml + models, environment: [:])
        let during = try #require(Date(rfc3339: "2026-11-23T11:00:00Z"))
        #expect(
            try configuration.unmatchedNames(at: during) == [
                UnmatchedName(key: "maintenance[0].models", name: "mistral", nearest: nil),
                UnmatchedName(key: "statusPage.groups[1].models", name: "llama", nearest: "llama3"),
            ])
        // What is over may be about models that are gone.
        #expect(try configuration.unmatchedNames(at: during + 3_600).map(\.name) == ["llama"])
        let notes = try CostReport(configuration, at: during).lines(for: Terminal())
        #expect(
            notes.contains(
                "note: statusPage.groups[1].models: 'llama' fits no model that is named here; did you mean 'llama3'?"))
        let report = try HealthJSON.encoder().encode(CostReport(configuration, at: during))
        let json = try HealthJSON.decoder().decode(JSONValue.self, from: report)
        #expect(json["unmatched"]?.array?.map { $0["name"] } == ["mistral", "llama"])
    }

    @Test func `the page is what is written`() throws {
        let configuration = try Configuration.load(yaml: Self.yaml, environment: [:])
        let page = try #require(StatusPage(configuration.statusPage))
        #expect(page.title == "Model status")
        #expect(page.groups.map(\.name) == ["Chat", "Batch"])
        #expect(page.groups.map(\.showsModels) == [true, false])
        #expect(page.names == ["gpt-4o": "Our best"])
        #expect(StatusPage(Configuration().statusPage) == nil)
    }

    @Test func `what a running daemon takes up`() throws {
        let new = try Configuration.load(yaml: Self.yaml, environment: [:])
        let diff = try ConfigurationDiff(from: Configuration(), to: new)
        #expect(diff.parts == [.statusPage, .maintenance, .announcements])
        #expect(diff.restart == [.statusPage])
    }
}
