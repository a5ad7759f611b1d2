import HTTPTypes
import Hummingbird

/// What pages of other sites may do: read the API (CORS), and show its pages in a frame.
///
/// No cookie opens the API, so an origin that is let in still needs a token where there are tokens.
struct CrossOrigin: Sendable {
    /// In small letters.
    private let origins: Set<String>
    /// The policy in the place of the standard one; `nil` where no other site may frame us.
    private let framing: String?

    /// How long a browser may remember what it may do, in seconds.
    private static let memory = "600"
    private static let methods = "GET, HEAD, POST, DELETE"
    private static let sent = "Accept, Authorization, Content-Type, If-None-Match, Last-Event-ID"
    private static let read = "ETag, Retry-After, WWW-Authenticate"

    init(_ configuration: APIConfiguration) {
        origins = Set(configuration.allowedOrigins.map { $0.lowercased() })
        framing =
            configuration.frameAncestors.isEmpty
            ? nil : Reply.contentSecurityPolicy(frameAncestors: ["'self'"] + configuration.frameAncestors)
    }

    /// Whether pages of this origin are let in beside the API's own.
    func allows(_ origin: String) -> Bool { origins.contains(origin.lowercased()) || origins.contains("*") }

    /// The answer to a browser that asks beforehand; `nil` for any other request.
    func preflight(_ request: Request) -> Response? {
        guard request.method == .options, let origin = request.headers[.origin], allows(origin),
            request.headers[.accessControlRequestMethod] != nil
        else { return nil }
        var headers = Reply.securityHeaders
        headers[.accessControlAllowMethods] = Self.methods
        headers[.accessControlAllowHeaders] = Self.sent
        headers[.accessControlMaxAge] = Self.memory
        if request.headers[.accessControlRequestPrivateNetwork] == "true" {
            headers[.accessControlAllowPrivateNetwork] = "true"
        }
        return Response(status: .noContent, headers: headers)
    }

    /// Adds what a browser needs to hand the answer to the page that asked, or to show it in a frame.
    func mark(_ response: inout Response, to request: Request) {
        if let framing {
            response.headers[.contentSecurityPolicy] = framing
            // It knows no list of origins, and browsers go by the policy where there is one.
            response.headers[.xFrameOptions] = nil
        }
        guard !origins.isEmpty else { return }
        // Also to whoever is not let in: what is kept for one origin must not be handed to another.
        response.headers[.vary] = (response.headers[.vary].map { $0 + ", " } ?? "") + "Origin"
        guard let origin = request.headers[.origin], allows(origin) else { return }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlExposeHeaders] = Self.read
        response.headers[.crossOriginResourcePolicy] = "cross-origin"
    }
}

extension HTTPField.Name {
    // Literals that are valid names.
    static let accessControlRequestPrivateNetwork = HTTPField.Name("Access-Control-Request-Private-Network")!
    static let accessControlAllowPrivateNetwork = HTTPField.Name("Access-Control-Allow-Private-Network")!
}
