import Foundation
import HTTPTypes
import Health
import History
import HummingbirdTesting
import TestSupport
import Testing
import Web

@testable import API

/// Holds answers against the API's own document: status, content type and body.
struct DocumentCheck {
    private let document: JSONValue
    private let schemas: [String: JSONValue]

    /// Of all routes there are.
    static let all = Result {
        let page = StatusPage(title: "", groups: [])
        return try DocumentCheck(
            Fixture(
                configuration: APIConfiguration(port: 0, statusPage: page),
                storage: MemoryHistory(timekeeper: ManualTime(start: Fixture.start).timekeeper)
            ).api)
    }

    init(_ api: HealthAPI) throws {
        document = try OpenAPIDocument.json(of: api.routes, version: "0")
        schemas = try #require(document["components"]?["schemas"]?.object)
    }

    /// What does not fit; `nil` for an answer as it is told.
    func complaint(
        of method: HTTPRequest.Method, _ uri: String, status: Int, headers: HTTPFields, body: Data
    ) throws -> String? {
        // Routes that are none and methods they do not know are told by nothing.
        guard status != 404 && status != 405 || operation(method, uri) != nil else { return nil }
        guard let operation = operation(method, uri) else { return nil }
        guard let answer = operation["responses"]?["\(status)"] else { return "\(method) \(uri): no word of \(status)" }
        guard let content = answer["content"]?.object else {
            return body.isEmpty ? nil : "\(method) \(uri): a body where none is told"
        }
        let type = headers[.contentType] ?? ""
        guard let schema = content[type]?["schema"] else {
            return "\(method) \(uri): \(type) in the place of \(content.keys.sorted())"
        }
        guard type.hasSuffix("json") else { return nil }
        if method == .head { return nil }
        let value = try HealthJSON.decoder().decode(JSONValue.self, from: body)
        return mismatch(value, schema, at: "\(method) \(uri) \(status)")
    }

    private func operation(_ method: HTTPRequest.Method, _ uri: String) -> JSONValue? {
        let asked = uri.prefix { $0 != "?" }.split(separator: "/")
        let item = document["paths"]?.object?.first { path, _ in
            let parts = path.split(separator: "/")
            return parts.count == asked.count && zip(parts, asked).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }?.value
        return item?[(method == .head ? .get : method).rawValue.lowercased()]
    }

    // MARK: JSON Schema, as far as the document uses it

    func mismatch(_ value: JSONValue, _ schema: JSONValue, at place: String) -> String? {
        if let name = schema["$ref"]?.string?.split(separator: "/").last {
            guard let schema = schemas[String(name)] else { return "\(place): no schema \(name)" }
            return mismatch(value, schema, at: place)
        }
        if let choices = schema["oneOf"]?.array {
            let fitting = choices.filter { mismatch(value, $0, at: place) == nil }
            return fitting.count == 1 ? nil : "\(place): \(fitting.count) of \(choices.count) choices fit"
        }
        if let types = schema["type"]?.array?.compactMap(\.string) ?? schema["type"]?.string.map({ [$0] }) {
            guard types.contains(where: { isOf($0, value) }) else { return "\(place): \(value) is no \(types)" }
        }
        if let choices = schema["enum"]?.array, !choices.contains(value) { return "\(place): \(value) is no choice" }
        if let number = value.number {
            if let least = schema["minimum"]?.number, number < least { return "\(place): \(number) is below \(least)" }
            if let most = schema["maximum"]?.number, number > most { return "\(place): \(number) is above \(most)" }
        }
        if schema["format"]?.string == "date-time", let text = value.string, Date(rfc3339: text) == nil {
            return "\(place): \(text) is no time"
        }
        for (index, element) in (value.array ?? []).enumerated() {
            if let items = schema["items"], let complaint = mismatch(element, items, at: "\(place)[\(index)]") {
                return complaint
            }
        }
        return value.object.flatMap { mismatch(members: $0, schema, at: place) }
    }

    private func mismatch(members: [String: JSONValue], _ schema: JSONValue, at place: String) -> String? {
        for name in schema["required"]?.array?.compactMap(\.string) ?? [] where members[name] == nil {
            return "\(place): no \(name)"
        }
        for (name, member) in members {
            let known = schema["properties"]?[name]
            let other = schema["additionalProperties"]
            if known == nil, other == false { return "\(place): \(name) is not told of" }
            let rule = known ?? other.flatMap { $0.object == nil ? nil : $0 }
            if let rule, let complaint = mismatch(member, rule, at: "\(place).\(name)") { return complaint }
        }
        return nil
    }

    private func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch value {
        case .null: type == "null"
        case .bool: type == "boolean"
        case .number(let number): type == "number" || type == "integer" && number == number.rounded()
        case .string: type == "string"
        case .array: type == "array"
        case .object: type == "object"
        }
    }
}
