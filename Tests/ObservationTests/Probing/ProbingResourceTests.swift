import Foundation
import Health
import NIOCore
import Testing

@testable import HTTPGuard
@testable import Observation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What we run out of ourselves is nobody else's fault.
@Suite("Our own resources")
struct ProbingResourceTests {
    @Test(arguments: [EMFILE, ENFILE, EADDRNOTAVAIL, EAGAIN, ENOBUFS, ENOMEM])
    func `errors of the system that are ours`(code: CInt) throws {
        let failure = TransportFailure(IOError(errnoCode: code, reason: "connect"))
        guard case .ownResources(let resource) = failure else {
            Issue.record("\(failure)")
            return
        }
        let context = ProbeContext(
            provider: "acme", model: "m", gateway: nil, host: "h:1", timeout: .seconds(1), redactor: Redactor([]),
            now: .init(timeIntervalSince1970: 0))
        let verdict = ProbeClassifier(context: context, dialect: OpenAIDialect()).verdict(
            on: Exchange(failure: failure))
        #expect(verdict.outcome.class == .selfNetwork)
        #expect(verdict.outcome.cause == .ownResources)
        #expect(verdict.outcome.detail == resource.sentence)
        #expect(!failure.isConnectLevel)
    }

    @Test
    func `the sentence names the limit`() {
        #expect(
            OwnResource.descriptors(limit: 64).sentence.hasPrefix(
                "This process has run out of file descriptors (limit 64)"))
    }

    @Test(arguments: [ECONNREFUSED, ECONNRESET, EHOSTUNREACH, ETIMEDOUT, EPIPE])
    func `other errors of the system are not`(code: CInt) {
        if case .ownResources = TransportFailure(IOError(errnoCode: code, reason: "connect")) {
            Issue.record("\(code)")
        }
    }

    @Test
    func `an answer's fault keeps its words`() {
        #expect(
            TransportFailure(AnswerFault.coding("br"))
                == .malformed("sent its answer in the coding 'br', which was not asked for and cannot be read"))
        #expect(TransportFailure(AnswerFault.noMemory) == .ownResources(.memory))
    }
}
