import HTTPTypes
import Health
import Hummingbird

/// Decides who may ask what: by the name that was called, the token, the page it comes from.
struct Admission: Sendable {
    let tokens: [APIToken]
    let crossOrigin: CrossOrigin
    private let hosts: HostRule

    init(_ configuration: APIConfiguration) {
        tokens = configuration.tokens
        crossOrigin = CrossOrigin(configuration)
        hosts = HostRule(bind: configuration.host, allowed: configuration.allowedHosts)
    }

    /// Refuses a request that was not meant for this API.
    func admit(host head: HTTPRequest) throws(Problem) {
        // A second Host header: whoever stands in between may have looked at the other one.
        guard let authority = head.authority, !head.headerFields.contains(where: { $0.name.canonicalName == "host" })
        else { throw .wrongHost(nil) }
        guard hosts.allows(authority) else { throw .wrongHost(authority) }
    }

    /// Refuses a request that its caller may not make.
    func admit(_ request: Request, to route: Route) throws(Problem) {
        if case .stream = route.access { return try admit(stream: request.head) }
        if case .scope(let scope) = route.access, !tokens.isEmpty { try check(request.headers, for: scope) }
        guard !route.method.isSafe else { return }
        if let origin = request.headers[.origin] { try admit(origin: origin, at: request.head.authority) }
        // A page may post a form to any site without asking first; what it cannot send unasked is JSON.
        guard route.method == .post, !Self.isEmpty(request.headers) else { return }
        guard Self.isJSON(request.headers[.contentType]) else { throw .notJSON }
    }

    /// Refuses a reader of the live stream.
    ///
    /// A browser opens a WebSocket to any site from any page, so a page's origin counts here, and it can send no token
    /// but as a subprotocol.
    func admit(stream head: HTTPRequest) throws(Problem) {
        if !tokens.isEmpty {
            let offered = head.headerFields[.authorization] == nil ? Subprotocols(head.headerFields).token : nil
            if let offered { try check(offered, for: .read) } else { try check(head.headerFields, for: .read) }
        }
        if let origin = head.headerFields[.origin] { try admit(origin: origin, at: head.authority) }
    }

    private func admit(origin: String, at authority: String?) throws(Problem) {
        guard hosts.isOwn(origin: origin, at: authority ?? "") || crossOrigin.allows(origin) else {
            throw .foreignOrigin(origin)
        }
    }

    /// Whether a request brings what opens a scope.
    func opens(_ scope: APIScope, _ headers: HTTPFields) -> Bool {
        guard !tokens.isEmpty else { return true }
        do { try check(headers, for: scope) } catch { return false }
        return true
    }

    /// The name of the token that a request brings; `nil` for none that is known.
    func caller(_ headers: HTTPFields) -> String? {
        guard !tokens.isEmpty, let words = headers[.authorization]?.split(separator: " ", maxSplits: 1),
            words.count == 2
        else { return nil }
        let sent = Array(words[1].utf8)
        return tokens.filter { $0.secret.isEqual(to: sent) }.first?.name
    }

    private func check(_ headers: HTTPFields, for scope: APIScope) throws(Problem) {
        guard let header = headers[.authorization] else { throw .unauthorized(isTokenSent: false) }
        let words = header.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer" else { throw .unauthorized(isTokenSent: false) }
        try check(Array(words[1].utf8), for: scope)
    }

    private func check(_ sent: [UInt8], for scope: APIScope) throws(Problem) {
        var scopes: Set<APIScope>?
        // All are compared, whichever fits: the time taken tells nothing.
        for token in tokens where token.secret.isEqual(to: sent) {
            scopes = (scopes ?? []).union(token.scopes)
        }
        guard let scopes else { throw .unauthorized(isTokenSent: true) }
        guard scopes.contains(scope) else { throw .forbidden(scope) }
    }

    /// Whether a request has no body, and says nothing of one.
    private static func isEmpty(_ headers: HTTPFields) -> Bool {
        headers[.contentType] == nil && headers[.transferEncoding] == nil
            && (headers[.contentLength].map { $0 == "0" } ?? true)
    }

    private static func isJSON(_ contentType: String?) -> Bool {
        guard let type = contentType?.split(separator: ";").first else { return false }
        return type.lowercased().trimmed == "application/json"
    }
}

extension Secret {
    /// Whether the secret is these bytes, in a time that depends on their number alone.
    func isEqual(to bytes: some Collection<UInt8>) -> Bool {
        let secret = Array(reveal().utf8)
        guard !secret.isEmpty else { return false }
        var difference = secret.count ^ bytes.count
        var index = 0
        for byte in bytes {
            difference |= Int(secret[index] ^ byte)
            index = index + 1 == secret.count ? 0 : index + 1
        }
        return difference == 0
    }
}

extension StringProtocol {
    /// Without spaces and tabs at the ends.
    var trimmed: SubSequence {
        let start = drop { $0 == " " || $0 == "\t" }
        let end = start.lastIndex { $0 != " " && $0 != "\t" }
        return end.map { start[...$0] } ?? start[start.endIndex...]
    }
}
