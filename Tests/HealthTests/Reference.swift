import Foundation
import Health
import Testing

/// The exact JSON of a value, kept in `References/NAME.json`.
enum Reference {
    /// Compares byte for byte, then reads the file back into an equal value.
    ///
    /// With `LLM_HEALTH_WRITE_REFERENCES` set the file is written instead, and the test fails so that nobody takes it
    /// for a comparison: read the difference before committing it.
    static func check(_ value: some Codable & Equatable, _ name: String, _ location: SourceLocation = #_sourceLocation)
        throws
    {
        guard try compare(value, name, location) else { return }
        let stored = try Data(contentsOf: url(name))
        let back = try HealthJSON.decoder().decode(type(of: value), from: stored)
        #expect(back == value, "\(name).json is read as another value", sourceLocation: location)
    }

    /// - Returns: whether there is a file to compare with.
    private static func compare(_ value: some Encodable, _ name: String, _ location: SourceLocation) throws -> Bool {
        let encoded = try HealthJSON.encoder(pretty: true).encode(value) + Data("\n".utf8)
        if ProcessInfo.processInfo.environment["LLM_HEALTH_WRITE_REFERENCES"] != nil {
            let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "References/\(name).json")
            try encoded.write(to: source)
            Issue.record("wrote \(name).json", sourceLocation: location)
            return false
        }
        let stored = try Data(contentsOf: url(name))
        #expect(
            String(decoding: encoded, as: UTF8.self) == String(decoding: stored, as: UTF8.self),
            "\(name).json", sourceLocation: location)
        #expect(encoded == stored, "\(name).json differs in its bytes", sourceLocation: location)
        return true
    }

    /// The file as any JSON, so that a test can name single fields.
    static func json(_ name: String) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: try Data(contentsOf: url(name)))
    }

    private static func url(_ name: String) throws -> URL {
        try #require(
            Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "References"),
            "References/\(name).json is missing")
    }
}
