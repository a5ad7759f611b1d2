import Foundation
import Health
import Telemetry
import Testing

@testable import LLMHealth

@Suite("What is published about the configuration", .timeLimit(.minutes(5)))
struct PublishedConfigurationTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: repository.appending(path: path), encoding: .utf8)
    }

    @Test
    func `the example is valid as it stands, and says every section there is`() throws {
        let path = Self.repository.appending(path: "llm-health.example.yaml").path
        let configuration = try Configuration.load(paths: [path], environment: [:])
        #expect(try configuration.modelConfigs().count == 5)
        #expect(configuration.disabledModels == ["azure/gpt-4o"])
        let text = try Self.text("llm-health.example.yaml")
        for key in Configuration.section.keys {
            #expect(text.contains("\n\(key.name):") || text.contains("\n# \(key.name):"))
        }
    }

    @Test
    func `values that the example calls defaults are the defaults`() throws {
        let path = Self.repository.appending(path: "llm-health.example.yaml").path
        let example = try Configuration.load(paths: [path], environment: [:])
        let standard = Configuration()
        #expect(example.defaults == standard.defaults)
        #expect(example.policy == standard.policy)
        #expect(example.limits == standard.limits)
        #expect(example.logging == standard.logging)
        #expect(example.server.port == standard.server.port)
        #expect(example.server.host == standard.server.host)
        #expect(example.history.retention == standard.history.retention)
        #expect(example.local.interval == standard.local.interval)
        #expect(example.providers["inference-box"]?.discover?.interval == Configuration.Discovery().interval)
        #expect(example.models.flatMap(\.checks).first?.weight == CheckDefinition(name: "").weight)
    }

    /// `LLM_HEALTH_TEST_UPDATE=1 swift test` writes what is held here instead, for after a change of the keys.
    private static func hold(_ path: String, _ wanted: String) throws {
        if ProcessInfo.processInfo.environment["LLM_HEALTH_TEST_UPDATE"] != nil {
            try Data(wanted.utf8).write(to: repository.appending(path: path))
        }
        let isSame = try text(path) == wanted
        #expect(isSame, "\(path) is out of date; run the tests with LLM_HEALTH_TEST_UPDATE=1")
    }

    @Test
    func `docs/llm-health.schema.json is what 'llm-health schema' prints`() throws {
        let made = try HealthJSON.encoder(pretty: true).encode(ConfigurationSchema.json)
        try Self.hold("docs/llm-health.schema.json", String(decoding: made, as: UTF8.self) + "\n")
    }

    @Test
    func `docs/configuration.md holds what 'llm-health schema --reference' prints`() throws {
        let text = try Self.text("docs/configuration.md")
        let start = try #require(text.range(of: ConfigurationReference.start))
        let end = try #require(text.range(of: ConfigurationReference.end + "\n"))
        let wanted = text[..<start.lowerBound] + ConfigurationReference.markdown + text[end.upperBound...]
        try Self.hold("docs/configuration.md", String(wanted))
    }

    @Test
    func `docs/metrics.md holds every metric that is declared`() throws {
        try Self.hold("docs/metrics.md", MetricReference.markdown)
        let names = ProcessMetrics.all.map(\.name)
        #expect(Set(names).count == names.count)
        for metric in ProcessMetrics.all {
            #expect(metric.help.hasSuffix(".") && (metric.kind == .counter) == metric.name.hasSuffix("_total"))
        }
    }

    @Test
    func `the schema knows every key of the policy and asks for what is required`() throws {
        let properties = try #require(ConfigurationSchema.json["properties"])
        for parameter in HealthPolicy.parameters {
            let place = parameter.key.split(separator: ".").reduce(properties["policy"]) {
                $0?["properties"]?[String($1)]
            }
            #expect(place?["description"]?.string?.isEmpty == false, "\(parameter.key)")
        }
        #expect(properties["models"]?["items"]?["required"] == ["provider"])
        #expect(ConfigurationSchema.json["additionalProperties"] == false)
    }
}
