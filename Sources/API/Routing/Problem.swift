import HTTPTypes
import Health
import Hummingbird

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An error as its caller is told it (RFC 9457): what, where and what to do, and nothing from inside the daemon.
struct Problem: Error {
    /// The last part of `type`; stable, for programs.
    var kind: String
    var title: String
    var status: HTTPResponse.Status
    var detail: String
    /// The parameter, header or member at fault.
    var field: String?
    var headers: HTTPFields = [:]
    var missing: [Readiness.Missing]?

    private struct Body: Encodable {
        var type: String
        var title: String
        var status: Int
        var detail: String
        var field: String?
        var notReady: [Readiness.Missing]?
    }

    /// - Parameter tokens: whose secrets must not come back, wherever the caller has put them.
    func response(redacting tokens: [APIToken] = []) -> Response {
        let body = Body(
            type: "urn:llm-health:problem:\(kind)", title: title, status: status.code,
            detail: tokens.reduce(detail) { $1.secret.redact($0) },
            field: field.map { tokens.reduce($0) { $1.secret.redact($0) } }, notReady: missing)
        // Strings and integers alone can always be encoded.
        let data = (try? HealthJSON.encoder().encode(body)) ?? .init()
        var fields = Reply.headers(contentType: "application/problem+json", cacheControl: "no-store")
        for header in headers { fields.append(header) }
        return Response(status: status, headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }

    /// What a caller sent, short enough to be shown.
    static func quoted(_ text: some StringProtocol) -> String {
        let shown = text.unicodeScalars.prefix(80).map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
        return "'\(String(String.UnicodeScalarView(shown)))\(text.unicodeScalars.count > 80 ? "…" : "")'"
    }
}

extension Problem {
    static func unknownRoute(_ path: String) -> Problem {
        Problem(
            kind: "unknown-route", title: "There is nothing here", status: .notFound,
            detail: "No route \(quoted(path)). Health is at \(HealthAPI.base)health/detailed.")
    }

    static func wrongMethod(_ method: HTTPRequest.Method, allowed: [HTTPRequest.Method]) -> Problem {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        return Problem(
            kind: "wrong-method", title: "The route does not know this method", status: .methodNotAllowed,
            detail: "\(quoted(method.rawValue)) is not answered here, only \(names).", headers: [.allow: names])
    }

    static func wrongHost(_ host: String?) -> Problem {
        guard let host else {
            return Problem(
                kind: "missing-host", title: "The request names no host", status: .badRequest,
                detail: "Send exactly one Host header.", field: "Host")
        }
        return Problem(
            kind: "unknown-host", title: "The API does not answer under this name", status: .misdirectedRequest,
            detail: "\(quoted(host)) is none of the allowed hosts. Call the API by its address, or add the name to "
                + "server.allowedHosts.", field: "Host")
    }

    static func foreignOrigin(_ origin: String) -> Problem {
        Problem(
            kind: "foreign-origin", title: "Another site's page may not do this", status: .forbidden,
            detail: "The origin \(quoted(origin)) is not this API's own.", field: "Origin")
    }

    static func unauthorized(isTokenSent: Bool) -> Problem {
        Problem(
            kind: isTokenSent ? "unknown-token" : "missing-token", title: "A token is needed", status: .unauthorized,
            detail: isTokenSent
                ? "The token sent is not one of the configured ones."
                : "Send one of the configured tokens as 'Authorization: Bearer …'.",
            field: "Authorization",
            headers: [
                .wwwAuthenticate: #"Bearer realm="llm-health""# + (isTokenSent ? #", error="invalid_token""# : "")
            ])
    }

    static func forbidden(_ scope: APIScope) -> Problem {
        Problem(
            kind: "missing-scope", title: "The token does not open this", status: .forbidden,
            detail: "The token lacks the scope '\(scope.rawValue)'.", field: "Authorization",
            headers: [
                .wwwAuthenticate:
                    #"Bearer realm="llm-health", error="insufficient_scope", scope="\#(scope.rawValue)""#
            ])
    }

    static func unknownParameter(_ name: String, known: [String]) -> Problem {
        let help =
            known.isEmpty ? "The route has no parameters." : "Known are \(known.sorted().joined(separator: ", "))."
        return Problem(
            kind: "unknown-parameter", title: "A query parameter is unknown", status: .badRequest,
            detail: "There is no parameter \(quoted(name)). \(help)", field: name)
    }

    static func badParameter(_ name: String, _ detail: String) -> Problem {
        Problem(
            kind: "bad-parameter", title: "A query parameter cannot be used", status: .badRequest, detail: detail,
            field: name)
    }

    static let notJSON = Problem(
        kind: "not-json", title: "The body is not declared to be JSON", status: .unsupportedMediaType,
        detail: "Send 'Content-Type: application/json' and a JSON object.", field: "Content-Type")

    static let tooLarge = Problem(
        kind: "too-large", title: "The body is too large", status: .contentTooLarge,
        detail: "At most \(Call.maximumBody / 1_024) KiB are read.", field: "body")

    static func badBody(_ detail: String, field: String = "body") -> Problem {
        Problem(
            kind: "bad-body", title: "The body cannot be used", status: .badRequest, detail: detail, field: field)
    }

    static func unknownModel(_ id: ModelID, field: String = "modelId") -> Problem {
        Problem(
            kind: "unknown-model", title: "No such model", status: .notFound,
            detail: "No model \(quoted(id.rawValue)) is configured or discovered.", field: field)
    }

    static func tooManyProbes(_ limit: Int, retryAfter: Duration) -> Problem {
        let seconds = max(1, Int(retryAfter.seconds.rounded(.up)))
        return Problem(
            kind: "too-many-probes", title: "Enough immediate checks are running", status: .tooManyRequests,
            detail: "\(limit) run at once at most. Try again in \(seconds) s.", headers: [.retryAfter: "\(seconds)"])
    }

    static func probeFailed(_ detail: String, isRetryable: Bool) -> Problem {
        Problem(
            kind: "probe-not-made", title: "The check could not be made",
            status: isRetryable ? .serviceUnavailable : .internalServerError, detail: detail)
    }

    static let storage = Problem(
        kind: "history-away", title: "The history cannot be read", status: .serviceUnavailable,
        detail: "The store did not answer as it should; the daemon's log says why. Current health is not affected.")

    /// For those who may not know more.
    static let someNotReady = Problem(
        kind: "not-ready", title: "The daemon is not ready", status: .serviceUnavailable,
        detail: "Not ready. A token with the scope 'read' is told which parts are not.")

    static func notReady(_ missing: [Readiness.Missing]) -> Problem {
        Problem(
            kind: "not-ready", title: "The daemon is not ready", status: .serviceUnavailable,
            detail: "Not ready: \(missing.map(\.name).joined(separator: ", ")).", missing: missing)
    }

    static func noGatewayMetrics(_ gateway: String) -> Problem {
        Problem(
            kind: "no-gateway-metrics", title: "The gateway publishes no metrics", status: .notImplemented,
            detail: "\(quoted(gateway)) has no metrics endpoint to pass through: the open-source Portkey gateway has "
                + "no /metrics, only the enterprise one has. The daemon's own metrics are at /metrics.")
    }

    static let noGateway = Problem(
        kind: "no-gateway", title: "No gateway is configured", status: .notImplemented,
        detail: "There are no gateway metrics to pass through, since models are called without a gateway. The "
            + "daemon's own metrics are at /metrics.")

    static func gatewayFailed(_ gateway: String, statusCode: Int?) -> Problem {
        Problem(
            kind: "gateway-failed", title: "The gateway did not give its metrics", status: .badGateway,
            detail: "\(quoted(gateway)) "
                + (statusCode.map { "answered with HTTP \($0)." } ?? "could not be read; the daemon's log says why."))
    }

    static let shuttingDown = Problem(
        kind: "shutting-down", title: "The daemon is shutting down", status: .serviceUnavailable,
        detail: "The request was given up.", headers: [.retryAfter: "5"])

    static let unexpected = Problem(
        kind: "unexpected", title: "The request could not be answered", status: .internalServerError,
        detail: "Something unexpected went wrong; the daemon's log says what.")
}
