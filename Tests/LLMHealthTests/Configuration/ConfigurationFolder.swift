import Foundation
public import Health
import Testing

@testable import LLMHealth

/// Files of one test in a folder of their own, gone with it.
final class ConfigurationFolder: Sendable {
    let path: String

    /// - Parameter files: texts by name; `llm-health.yaml` is the configuration.
    init(_ files: [String: String] = [:]) throws {
        path = FileManager.default.temporaryDirectory.path + "/llm-health-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try write(text, to: name) }
    }

    convenience init(yaml: String, _ files: [String: String] = [:]) throws {
        try self.init(files.merging(["llm-health.yaml": yaml]) { $1 })
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        let file = URL(filePath: "\(path)/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    func load(
        _ names: [String] = ["llm-health.yaml"], environment: [String: String] = [:],
        overrides: [ConfigurationOverride] = [], imports: [String] = []
    ) throws(ConfigurationError) -> Configuration {
        try Configuration.load(
            paths: names.map { "\(path)/\($0)" }, environment: environment, overrides: overrides,
            imports: imports.map { "\(path)/\($0)" })
    }

    /// The lines an operator would see, without the folder; empty when the configuration is good.
    func problems(
        _ names: [String] = ["llm-health.yaml"], environment: [String: String] = [:],
        overrides: [ConfigurationOverride] = [], imports: [String] = []
    ) -> [String] {
        do {
            _ = try load(names, environment: environment, overrides: overrides, imports: imports)
            return []
        } catch {
            return error.lines.map { $0.replacing("\(path)/", with: "") }
        }
    }
}

extension Configuration {
    /// A configuration of one text.
    static func load(yaml: String, environment: [String: String] = [:]) throws -> Configuration {
        try ConfigurationFolder(yaml: yaml).load(environment: environment)
    }
}

/// One wrong text and the line it must be answered with.
struct WrongText: CustomTestStringConvertible, Sendable {
    var name: String
    var yaml: String
    var lines: [String]
    var environment: [String: String] = [:]

    init(_ name: String, _ yaml: String, _ lines: String..., environment: [String: String] = [:]) {
        self.name = name
        self.yaml = yaml
        self.lines = lines.map { "llm-health.yaml:\($0)" }
        self.environment = environment
    }

    var testDescription: String { name }
}

extension Secret: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self.init(value) }
}
