import Health
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Why a question got no answer.
struct LocalWireError: Error, Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case transport(TransportFailure)
        case redirected(to: String?)
    }

    var kind: Kind
    var path: String

    init(_ kind: Kind, path: String) {
        self.kind = kind
        self.path = path
    }

    init(_ error: any Error, path: String) {
        let failure: TransportFailure =
            error is NIOTooManyBytesError ? .tooLong(limit: LocalWire.maximumBody) : Self.failure(error)
        self.init(.transport(failure), path: path)
    }

    /// A name that cannot be resolved may be for want of a file descriptor.
    private static func failure(_ error: any Error) -> TransportFailure {
        let failure = TransportFailure(error)
        switch failure {
        case .dns, .tls, .other: return OwnResource.lacking().map { .ownResources($0) } ?? failure
        default: return failure
        }
    }

    /// Nothing came within our own time.
    var isTimeout: Bool { kind == .transport(.deadline) || kind == .transport(.connectTimeout) }
    var isRefused: Bool { kind == .transport(.refused) }
    /// No connection stood.
    var isConnectLevel: Bool { if case .transport(let failure) = kind { failure.isConnectLevel } else { false } }
    /// The connection ended under the question.
    var isClosed: Bool { kind == .transport(.closed) || kind == .transport(.reset) }
}

extension LocalWire {
    /// The error as a sentence that says what to do.
    func explain(_ error: LocalWireError) -> LocalHealthCheckError {
        let key = "\(endpoint.runtime.configurationKey).url"
        switch error.kind {
        case .redirected(let target):
            return endpoint.error(
                "redirects GET \(error.path), which is not followed: set \(key) to the final address",
                cause: target.map { "Location: \($0)" })
        case .transport(let failure):
            return explain(failure, asking: error.path, key: key)
        }
    }

    private func explain(_ failure: TransportFailure, asking path: String, key: String) -> LocalHealthCheckError {
        switch failure {
        case .refused:
            endpoint.error(
                "refused the connection: is it running? \(endpoint.runtime.profile.startHint) or correct \(key)")
        case .unreachable:
            endpoint.error("cannot be reached: is the machine on? Check the network or correct \(key)")
        case .dns:
            endpoint.error("its host name is not known: correct \(key)")
        case .tls(let reason):
            endpoint.error(
                "no TLS connection: write http:// in \(key) if it speaks plain HTTP, or trust its certificate",
                cause: reason)
        case .closed, .reset:
            endpoint.error("closed the connection before it had answered GET \(path): look into its log")
        case .deadline, .connectTimeout, .stall:
            endpoint.error(
                "no answer to GET \(path) within \(timeout.text): restart it if this lasts, or correct \(key)")
        case .tooLong(let limit):
            endpoint.error("the answer to GET \(path) is larger than \(limit >> 20) MiB: is another program at \(key)?")
        case .garbled:
            endpoint.error("what it answers to GET \(path) is not HTTP: is another program there? Correct \(key)")
        case .malformed(let what):
            endpoint.error("asked GET \(path), it \(what): is another program there? Correct \(key)")
        case .ownResources(let resource):
            endpoint.error("could not be asked for GET \(path)", cause: resource.sentence)
        case .proxy(let reason):
            endpoint.error("the proxy in between does not let GET \(path) through", cause: reason)
        case .forbidden(let host):
            endpoint.error("\(host) may not be asked, as it serves machine credentials: correct \(key)")
        case .badAddress(let reason):
            endpoint.error("this address cannot be asked: correct \(key)", cause: reason)
        case .cancelled:
            endpoint.error("the check was cancelled")
        case .other(let reason):
            endpoint.error("GET \(path) failed: check \(key)", cause: reason)
        }
    }

    /// An answer that this runtime does not give.
    func explain(_ answer: LocalAnswer) -> LocalHealthCheckError {
        let runtime = endpoint.runtime
        let said = "HTTP \(answer.status): \(answer.errorText ?? answer.excerpt)"
        switch answer.status {
        case 401, 403:
            let key = "\(runtime.configurationKey).token"
            return endpoint.error(
                endpoint.token == nil ? "wants an API token: set \(key)" : "refuses the API token: correct \(key)",
                cause: said)
        case 500...599, 429:
            return endpoint.error("cannot answer GET \(answer.path) now: look into its log", cause: said)
        default:
            return endpoint.error(
                "answers GET \(answer.path), but not as \(runtime.title) does: is another program there? "
                    + "Correct \(runtime.configurationKey).url",
                cause: said)
        }
    }
}
