import Basics
package import Health

/// The JSON Schema of the configuration, for editors; made of the same tables of keys that the reader walks.
package enum ConfigurationSchema {
    /// Draft 2020-12.
    package static var json: JSONValue {
        guard case .object(var root) = schema(.section(Configuration.section.shape)) else { return .null }
        root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        root["title"] = "llm-health"
        root["description"] = "Configuration of llm-health, the health monitor for LLM models."
        root["$defs"] = [
            "variable": [
                "description": "Filled in from the environment: ${NAME} or ${NAME:-default}.", "type": "string",
                "pattern": #"\$\{"#,
            ],
            "duration": [
                "description": "A number with a unit: 500ms, 15s, 2m, 1h, 7d.", "type": "string",
                "pattern": #"^([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+$|\$\{"#,
            ],
            "secret": [
                "description": "A plain text, or where to find it.",
                "anyOf": [["type": "string"], source("env"), source("file"), source("value")],
            ],
        ]
        return .object(root)
    }

    private static func source(_ key: String) -> JSONValue {
        [
            "type": "object", "properties": .object([key: ["type": "string"]]), "required": .array([.string(key)]),
            "additionalProperties": false,
        ]
    }

    private static func schema(_ shape: Shape) -> JSONValue {
        switch shape {
        case .text(_, let pattern):
            guard let pattern else { return ["type": ["string", "number", "boolean"]] }
            return ["type": "string", "pattern": .string(pattern)]
        case .choice(let names):
            return orVariable(["enum": .array(names.map { .string($0) })])
        case .flag: return orVariable(["type": "boolean"])
        case .whole(let range):
            return orVariable([
                "type": "integer", "minimum": .number(Double(range.lowerBound)),
                "maximum": .number(Double(range.upperBound)),
            ])
        case .number(let range):
            return orVariable([
                "type": "number", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound),
            ])
        case .duration: return ["$ref": "#/$defs/duration"]
        case .secret: return ["$ref": "#/$defs/secret"]
        case .list(let element): return ["type": ["array", "null"], "items": schema(element)]
        case .map(let value, _): return ["type": ["object", "null"], "additionalProperties": schema(value)]
        case .section(let section): return schema(section)
        case .either(let shapes): return ["anyOf": .array(shapes.map(schema))]
        case .anything: return .object([:])
        }
    }

    private static func orVariable(_ schema: JSONValue) -> JSONValue {
        ["anyOf": [schema, ["$ref": "#/$defs/variable"]]]
    }

    private static func schema(_ section: SectionShape) -> JSONValue {
        var properties: [String: JSONValue] = [:]
        for key in section.keys {
            guard case .object(var value) = schema(key.shape) else { continue }
            var text = key.meaning.first.map { $0.uppercased() + key.meaning.dropFirst() } ?? ""
            if let range = key.shape.range { text += " (\(range))" }
            if let standard = key.standard { text += ". Default: \(standard)" }
            value["description"] = .string(text.filter { $0 != "`" })
            properties[key.name] = .object(value)
        }
        var result: [String: JSONValue] = [
            "type": ["object", "null"], "properties": .object(properties), "additionalProperties": false,
        ]
        if section.allowsExtensions { result["patternProperties"] = ["^x-": .object([:])] }
        let required = section.keys.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty {
            result["required"] = .array(required)
            result["type"] = "object"
        }
        return .object(result)
    }
}

extension Shape {
    /// What it is, for people.
    var title: String {
        switch self {
        case .text(let form, _): form
        case .choice(let names): names.map { "`\($0)`" }.joined(separator: ", ")
        case .flag: "true or false"
        case .whole: "whole number"
        case .number: "number"
        case .duration: "duration"
        case .secret: "secret"
        case .list(let element): element.isSection ? "list of maps" : "list (\(element.title))"
        case .map(let value, let name): "map from \(name) to \(value.isSection ? "its settings" : value.title)"
        case .section: "map"
        case .either(let shapes): shapes.map(\.title).joined(separator: ", or ")
        case .anything: "any value"
        }
    }

    /// The values that are taken, where they are bounded.
    var range: String? {
        switch self {
        case .whole(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "\(NumberText.write(range.lowerBound)) to \(NumberText.write(range.upperBound))"
        case .duration(let range): "\(DurationText.write(range.lowerBound)) to \(DurationText.write(range.upperBound))"
        case .list(let element): element.range
        default: nil
        }
    }

    private var isSection: Bool { if case .section? = container { true } else { false } }
}
