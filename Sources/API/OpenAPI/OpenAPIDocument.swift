import HTTPTypes
import Health
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The API's description in OpenAPI 3.1, put together from the routes themselves.
///
/// What every route of a kind answers is added here, so that no route can forget it.
enum OpenAPIDocument {
    static func json(of routes: [Route], version: String) throws -> JSONValue {
        var paths: [String: JSONValue] = [:]
        for route in routes {
            guard let operation = route.operation else { continue }
            let path = route.path.split(separator: "/", omittingEmptySubsequences: false)
                .map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0) }.joined(separator: "/")
            var item = paths[path]?.object ?? [:]
            item[route.method.rawValue.lowercased()] = describe(operation, of: route)
            paths[path] = .object(item)
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "llm-health", "version": .string(version),
                "summary": "Which LLM models can be used, why not, and what to use instead.",
                "description": .string(introduction),
                "license": ["name": "Apache License 2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/", "description": "This daemon"]],
            "tags": .array(
                Operation.Tag.allCases.map { ["name": .string($0.rawValue), "description": .string($0.text)] }),
            "paths": .object(paths),
            "components": [
                "schemas": .object(try schemas()),
                "securitySchemes": [
                    "bearer": [
                        "type": "http", "scheme": "bearer",
                        "description":
                            "One of server.tokens. Without any, everybody who reaches the port may do everything.",
                    ]
                ],
            ],
        ]
    }

    private static let introduction = """
        Times are RFC 3339 in UTC, latencies milliseconds, shares fractions from 0 to 1; where there is no data, there is \
        null and never 0. Errors are problem documents (RFC 9457). Reads carry an ETag and know If-None-Match; bodies from \
        1 KiB on travel as gzip to whoever takes it. Query parameters that a route does not know are refused. The live \
        stream is a WebSocket or Server-Sent Events at /api/llm-manager/health/events.
        """

    // MARK: Routes

    private static func describe(_ operation: Operation, of route: Route) -> JSONValue {
        var answers = operation.answers + standardAnswers(of: route)
        // The route's own word counts more.
        var seen: Set<Int> = []
        answers = answers.filter { seen.insert($0.status.code).inserted }
        var object: [String: JSONValue] = [
            "operationId": .string(operation.id), "summary": .string(operation.summary),
            "tags": [.string(operation.tag.rawValue)], "parameters": .array(route.parameters.map(\.json)),
            "responses": .object(
                Dictionary(uniqueKeysWithValues: answers.map { ("\($0.status.code)", $0.json(of: route)) })),
            "security": route.access.scope == nil ? [] : [["bearer": []]],
        ]
        if let scope = route.access.scope { object["x-scope"] = .string(scope.rawValue) }
        if !operation.text.isEmpty { object["description"] = .string(operation.text) }
        if let body = operation.body {
            object["requestBody"] = [
                "required": .bool(operation.isBodyRequired),
                "content": ["application/json": ["schema": ["$ref": .string("#/components/schemas/\(body)")]]],
            ]
        }
        return .object(object)
    }

    private static func standardAnswers(of route: Route) -> [Answer] {
        var answers = [
            Answer.problem(.badRequest, "A parameter, header or the body cannot be used; field tells which."),
            .problem(.misdirectedRequest, "The API does not answer under the name in the Host header."),
        ]
        if route.isRead { answers.append(.nothing(.notModified, "The body is the one whose ETag was sent.")) }
        if route.access.scope != nil {
            answers.append(.problem(.unauthorized, "A token is needed."))
            answers.append(.problem(.forbidden, "The token lacks the scope, or another site's page asks."))
        } else if !route.method.isSafe {
            answers.append(.problem(.forbidden, "Another site's page asks."))
        }
        if route.method == .post {
            answers.append(.problem(.unsupportedMediaType, "The body is not declared to be application/json."))
            answers.append(.problem(.contentTooLarge, "At most \(Call.maximumBody / 1_024) KiB are read."))
        }
        return answers
    }

    // MARK: Values

    private static func schemas() throws -> [String: JSONValue] {
        var all: [String: JSONValue] = [
            "Status": choice(HealthStatus.allCases.map(\.rawValue), "A model's health."),
            "ReasonCode": choice(HealthReason.Code.allCases.map(\.rawValue), "Why, for programs."),
            "OutcomeClass": choice(Outcome.Class.allCases.map(\.rawValue), "Whose fault it is."),
            "OutcomeCause": choice(Outcome.Cause.allCases.map(\.rawValue), "What exactly."),
            "NoticeKind": choice(
                Notice.Kind.allCases.map(\.rawValue),
                "acknowledge: somebody takes care of it; silence: no alerts; pause: no traffic either; maintenance: planned."
            ),
        ]
        for text in embeddedAssets.values {
            let file = try HealthJSON.decoder().decode(
                [String: JSONValue].self, from: Data(ByteBuffer(staticString: text).readableBytesView))
            all.merge(file) { first, _ in first }
        }
        return all
    }

    private static func choice(_ words: [String], _ text: String) -> JSONValue {
        ["type": "string", "enum": .array(words.map { .string($0) }), "description": .string(text)]
    }
}

extension Answer {
    fileprivate func json(of route: Route) -> JSONValue {
        var object: [String: JSONValue] = ["description": .string(text)]
        if let contentType {
            object["content"] = [contentType: .object(schema.map { ["schema": $0] } ?? [:])]
        }
        if route.isRead, status == .ok || status == .notModified {
            object["headers"] = [
                "ETag": ["description": "Tells this body from any other.", "schema": ["type": "string"]]
            ]
        }
        return .object(object)
    }
}

extension HTTPRequest.Method {
    /// Whether it only asks.
    var isSafe: Bool { self == .get || self == .head }
}
