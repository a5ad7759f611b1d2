package import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where a local runtime listens.
package struct LocalEndpoint: Sendable, Hashable {
    package let runtime: LocalRuntime
    /// Scheme, host and port (and a proxy's path), without a trailing slash, `/v1` or `/api`.
    package let url: String
    /// Sent as `Authorization: Bearer`: LM Studio from 0.4.0 may want one, a proxy before Ollama too.
    package let token: Secret?
    /// Looked for rather than configured: its silence is no evidence before it has answered once.
    package let isOptional: Bool

    /// - Parameter url: as people write it, e.g. `http://127.0.0.1:1234/v1/`.
    /// - Throws: when the address cannot be asked, with the configuration key to correct.
    package init(
        _ runtime: LocalRuntime, url: String, token: Secret? = nil, isOptional: Bool = false
    ) throws(LocalHealthCheckError) {
        let key = "\(runtime.configurationKey).url"
        func refused(_ why: String, shown: String = url) -> LocalHealthCheckError {
            LocalHealthCheckError(service: runtime, endpoint: shown, message: why)
        }
        let example = runtime.profile.defaultURL
        guard url.contains("://") else {
            throw refused("the address has no scheme: write \(key) like \(example)")
        }
        guard let parts = URL(string: url), let scheme = parts.scheme?.lowercased() else {
            throw refused("this is no address: write \(key) like \(example)")
        }
        guard scheme == "http" || scheme == "https" else {
            throw refused("only http and https can be asked: write \(key) like \(example)")
        }
        guard parts.user == nil, parts.password == nil else {
            // Addresses are shown everywhere; what stands before the @ must not be.
            throw refused(
                "the address holds a user name or password: put the secret into \(runtime.configurationKey).token",
                shown: "\(scheme)://…")
        }
        guard let host = parts.host, !host.isEmpty, parts.query == nil, parts.fragment == nil else {
            throw refused("the address needs a host and no query: write \(key) like \(example)")
        }
        self.runtime = runtime
        self.url = Self.base(of: url)
        self.token = token
        self.isOptional = isOptional
    }

    /// What is copied along: endpoints before the versions that they lie below.
    private static let copied = [
        "/chat/completions", "/completions", "/embeddings", "/models", "/api/chat", "/api/generate", "/api/tags",
        "/api/ps", "/api/v0", "/api/v1", "/v1", "/api",
    ]

    /// The address without what people copy along from an SDK's settings.
    private static func base(of url: String) -> String {
        var base = url[...]
        while true {
            if base.hasSuffix("/") {
                base.removeLast()
            } else if let path = Self.copied.first(where: { base.hasSuffix($0) }) {
                base.removeLast(path.count)
            } else {
                return String(base)
            }
        }
    }

    func error(_ message: String, cause: String? = nil) -> LocalHealthCheckError {
        LocalHealthCheckError(
            service: runtime, endpoint: url, message: redact(message), cause: cause.map(redact))
    }

    /// A runtime may echo the token it refuses.
    private func redact(_ text: String) -> String { token?.redact(text) ?? text }
}
