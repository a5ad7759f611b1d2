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

    /// A property of a section says under which key it is written, and names none that there is not.
    @Test
    func `the sentences of properties name the keys that there are`() throws {
        let folder = Self.repository.appending(path: "Sources/LLMHealth/Configuration")
        let schema = try #require(JSONValue.parse(Array(try Self.text("docs/llm-health.schema.json").utf8)))
        let keys = Self.names(in: schema)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasPrefix("Configuration") && $0.hasSuffix(".swift") }
        var checked = 0
        for file in files.sorted() {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            var sentence = ""
            // What one key holds as an address has no keys of its own.
            var isKeyed = false
            for line in text.split(separator: "\n").map({ $0.trimmingPrefix { $0 == " " } }) {
                if line.hasPrefix("public struct") {
                    isKeyed = !["Proxy", "Endpoint", "ConfigurationSource"].contains { line.contains("struct \($0):") }
                }
                if line.hasPrefix("///") {
                    sentence += line.dropFirst(3)
                    continue
                }
                defer { sentence = "" }
                guard isKeyed, line.hasPrefix("public var"), !line.contains("{"), !line.contains(" files:") else {
                    continue
                }
                let named = Self.keys(in: sentence)
                #expect(!named.isEmpty, "\(file): \(line) says no key")
                for key in named {
                    checked += 1
                    let name = key.split(separator: ".").last.map(String.init) ?? key
                    #expect(keys.contains(name), "\(file): there is no key \(key)")
                }
            }
        }
        #expect(checked > 80)
    }

    /// What a sentence calls a key: `port` of "key `port`", both of "keys `a` and `b`".
    private static func keys(in sentence: String) -> [String] {
        let parts = sentence.split(separator: "`", omittingEmptySubsequences: false)
        var keys: [String] = []
        var isKey = false
        for index in stride(from: 1, to: parts.count, by: 2) {
            let lead = parts[index - 1].lowercased()
            isKey = lead.hasSuffix("key ") || lead.hasSuffix("keys ") || isKey && [", ", " and "].contains(lead)
            if isKey { keys.append(String(parts[index])) }
        }
        return keys
    }

    /// The names of all properties that a schema describes.
    private static func names(in schema: JSONValue) -> Set<String> {
        var names = Set((schema["properties"]?.object ?? [:]).keys)
        for value in (schema.object ?? [:]).values { names.formUnion(Self.names(in: value)) }
        for value in schema.array ?? [] { names.formUnion(Self.names(in: value)) }
        return names
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
