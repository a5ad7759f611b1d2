import NIOHTTP1

/// What a peer may send, and when: the part of HTTP/1.1 that the client library takes for granted.
///
/// The library ends the process where a peer breaks it: a status below 100 ends in a precondition, parts out of order
/// in others. It also reads headers, trailers and interim answers without a bound.
package struct AnswerRules: Sendable {
    package struct Limits: Sendable, Hashable {
        /// Interim answers (1xx) before the final one; default 16.
        package var interimAnswers: Int
        /// Bytes that come to nothing but headers, trailers or chunk extensions; default 64 KiB.
        package var headerBytes: Int
        /// Bytes of one answer as it travels; default 64 MiB.
        package var bytes: Int
        /// Bytes that a compressed body may come to; default 16 MiB.
        package var inflatedBytes: Int
        /// How many times its size a compressed body may come to, once it is larger than 1 MiB; default 200.
        package var inflation: Int

        package init(
            interimAnswers: Int = 16, headerBytes: Int = 64 << 10, bytes: Int = 64 << 20,
            inflatedBytes: Int = 16 << 20, inflation: Int = 200
        ) {
            self.interimAnswers = interimAnswers
            self.headerBytes = headerBytes
            self.bytes = bytes
            self.inflatedBytes = inflatedBytes
            self.inflation = inflation
        }
    }

    /// What becomes of a part.
    enum Action: Sendable, Equatable {
        case pass
        case drop
        case fail(AnswerFault)
    }

    /// What becomes of an error that arises before the client.
    enum ErrorAction: Sendable, Equatable { case pass, drop }

    /// How an answer ended.
    enum Ending: Sendable, Equatable {
        /// - Parameter isClosing: more came after it, so nothing else may be asked on this connection.
        case whole(isClosing: Bool)
        case none
    }

    private enum State: Sendable, Equatable {
        /// No request is out.
        case idle
        case waiting(interim: Int)
        case body
        /// Complete, and not told before everything that was read with it has been looked at.
        case ended(isClosing: Bool)
        case broken
    }

    let limits: Limits
    private var state = State.idle
    /// Bytes read since anything came of them.
    private var unaccounted = 0
    private var total = 0

    init(_ limits: Limits = Limits()) { self.limits = limits }

    var isBroken: Bool { state == .broken }

    /// A request is out, and not one byte has come back.
    var isUnheard: Bool { state == .waiting(interim: 0) && total == 0 }

    /// A request goes out.
    mutating func asked() {
        guard !isBroken else { return }
        state = .waiting(interim: 0)
        unaccounted = 0
        total = 0
    }

    /// Bytes arrive, before they are parsed.
    mutating func read(_ count: Int) -> Action {
        guard !isBroken else { return .drop }
        // One read may hold the end of the headers and much of the body: it counts once the next one comes.
        if unaccounted > limits.headerBytes { return fail(.longHeaders(limit: limits.headerBytes)) }
        unaccounted += count
        total += count
        return total > limits.bytes ? fail(.endless(limit: limits.bytes)) : .pass
    }

    mutating func head(_ head: HTTPResponseHead) -> Action {
        switch state {
        case .broken: return .drop
        case .ended:
            state = .ended(isClosing: true)
            return .drop
        case .idle, .body: return fail(.unasked)
        case .waiting(let interim):
            let size = head.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
            guard size <= limits.headerBytes else { return fail(.longHeaders(limit: limits.headerBytes)) }
            switch Int(head.status.code) {
            case 101: return fail(.switchedProtocols)
            case 100..<200:
                guard interim < limits.interimAnswers else {
                    return fail(.interimAnswers(limit: limits.interimAnswers))
                }
                state = .waiting(interim: interim + 1)
                return .drop
            case 200..<1_000: break
            case let code: return fail(.status(code))
            }
            let lengths = Set(head.headers[canonicalForm: "content-length"])
            if lengths.count > 1 || !lengths.isEmpty && head.headers.contains(name: "transfer-encoding") {
                return fail(.bodyLength)
            }
            state = .body
            unaccounted = 0
            return .pass
        }
    }

    mutating func body() -> Action {
        switch state {
        case .broken: return .drop
        case .ended:
            state = .ended(isClosing: true)
            return .drop
        case .idle, .waiting: return fail(.unasked)
        case .body:
            unaccounted = 0
            return .pass
        }
    }

    /// The answer is complete; ``ending()`` tells when it may be passed on.
    mutating func end() -> Action {
        switch state {
        case .broken: return .drop
        case .ended:
            state = .ended(isClosing: true)
            return .drop
        case .idle, .waiting: return fail(.unasked)
        case .body:
            state = .ended(isClosing: false)
            return .drop
        }
    }

    /// Everything that was read at once has been looked at, or the connection is closed.
    mutating func ending() -> Ending {
        guard case .ended(let isClosing) = state else { return .none }
        state = isClosing ? .broken : .idle
        return .whole(isClosing: isClosing)
    }

    /// Something could not be parsed, or the connection failed.
    mutating func error() -> ErrorAction {
        switch state {
        case .broken: return .drop
        case .ended:
            // The answer was whole before that.
            state = .ended(isClosing: true)
            return .drop
        case .idle, .waiting, .body: return .pass
        }
    }

    mutating func fail(_ fault: AnswerFault) -> Action {
        state = .broken
        return .fail(fault)
    }
}
