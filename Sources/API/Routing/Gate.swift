import HTTPTypes
import Hummingbird
import Logging

/// Round everything: checks what is asked for under which name, and makes a problem of every error.
struct Gate: RouterMiddleware {
    typealias Context = BasicRequestContext

    private let admission: Admission
    /// By path without slashes at the ends.
    private let methods: [String: [HTTPRequest.Method]]

    init(routes: [Route], admission: Admission) {
        self.admission = admission
        var methods: [String: [HTTPRequest.Method]] = [:]
        for route in routes {
            methods[Self.key(route.path), default: []] += route.method == .get ? [.get, .head] : [route.method]
        }
        self.methods = methods
    }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = await answer(request, context, next)
        admission.crossOrigin.mark(&response, to: request)
        // The connection is closed then (RFC 9112 §9.6): the client need not find out.
        if request.headers[.connection] == "close" {
            response.headers[.connection] = (response.headers[.connection].map { $0 + ", " } ?? "") + "close"
        }
        return response
    }

    private func answer(
        _ request: Request, _ context: Context, _ next: (Request, Context) async throws -> Response
    ) async -> Response {
        do {
            try admission.admit(host: request.head)
            if let preflight = admission.crossOrigin.preflight(request), allowed(request.uri.path) != nil {
                return preflight
            }
            return try await next(request, context)
        } catch let problem as Problem {
            return problem.response(redacting: admission.tokens)
        } catch let error as HTTPError where error.status == .notFound {
            return unmatched(request).response(redacting: admission.tokens)
        } catch is CancellationError {
            return Problem.shuttingDown.response()
        } catch {
            // What went wrong inside is for the log alone: it may name files, hosts and keys.
            context.logger.error(
                "A request could not be answered",
                metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            return Problem.unexpected.response()
        }
    }

    private func unmatched(_ request: Request) -> Problem {
        guard let allowed = allowed(request.uri.path) else { return .unknownRoute(request.uri.path) }
        return .wrongMethod(request.method, allowed: allowed)
    }

    private func allowed(_ path: String) -> [HTTPRequest.Method]? {
        let asked = path.split(separator: "/")
        if let exact = methods[asked.joined(separator: "/")] { return exact }
        return methods.first { pattern, _ in
            let parts = pattern.split(separator: "/")
            return parts.count == asked.count && zip(parts, asked).allSatisfy { $0.hasPrefix(":") || $0 == $1 }
        }?.value
    }

    private static func key(_ path: String) -> String { path.split(separator: "/").joined(separator: "/") }
}
