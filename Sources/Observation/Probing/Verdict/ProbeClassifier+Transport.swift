import Health

extension ProbeClassifier {
    /// No whole answer came.
    func interrupted(_ exchange: Exchange, _ failure: TransportFailure) -> Verdict {
        var verdict = Verdict(outcome: outcome(of: failure, in: exchange))
        guard exchange.status.map({ (200..<300).contains($0) }) ?? false else { return verdict }
        let stream = exchange.events.isEmpty ? nil : dialect.read(exchange.events, mode: context.mode)
        verdict.firstToken = stream?.firstToken
        if stream?.isLoading ?? false {
            verdict.outcome = loadingInStream(exchange.status)
        } else if failure == .deadline, let silence = silence(exchange, stream) {
            let where_ = isViaGateway ? "\(provider), through \(gatewayName)," : "\(provider) at \(context.host)"
            verdict.outcome = failing(.stall, "\(where_) \(silence).", exchange.status)
        }
        return verdict
    }

    /// Heartbeats that went on without a word: comments, empty events, blanks. They keep connections open, not models.
    private func silence(_ exchange: Exchange, _ stream: StreamedAnswer?) -> String? {
        let isBlank = exchange.body.allSatisfy { [9, 10, 13, 32].contains($0) }
        guard let stream else {
            guard exchange.isEventStream || isBlank && !exchange.body.isEmpty else { return nil }
            return "sent heartbeats for \(context.timeout.text) and no word of an answer"
        }
        guard let last = stream.lastToken else {
            return "kept a stream open for \(context.timeout.text) without a token"
        }
        let rest = context.timeout - last
        guard rest > context.timeout * 0.5 else { return nil }
        return "sent its last token after \(last.text) and then only heartbeats for \(rest.text)"
    }

    private func outcome(of failure: TransportFailure, in exchange: Exchange) -> Outcome {
        switch failure {
        case .forbidden(let host):
            return misconfigured(
                "Refused to send anything to \(host): it is a cloud metadata address. Correct the URL.", nil)
        case .badAddress(let why):
            return misconfigured("The URL cannot be used: \(why). Write it as http(s)://host[:port].", nil)
        case .ownResources(let resource):
            return Outcome(.selfNetwork, .ownResources, detail: resource.sentence)
        case .proxy(let why) where why.contains("user name and password"):
            return misconfigured(
                "On the way to \(provider), \(why): put them into the proxy's URL.", nil, .blockedOnTheWay)
        default: break
        }
        let didConnect = exchange.phases.connect != nil
        if isViaGateway, !didConnect || failure.isConnectLevel || exchange.status == nil && failure.isHangUp {
            return Outcome(
                .gateway, .gatewayUnreachable,
                detail: "Cannot reach \(gatewayName) at \(context.host): \(reason(failure)).")
        }
        let where_ = isViaGateway ? "\(provider), through \(gatewayName)," : "\(provider) at \(context.host)"
        return failing(cause(failure), "\(where_) \(sentence(failure, exchange)).", exchange.status)
    }

    private func cause(_ failure: TransportFailure) -> Outcome.Cause {
        switch failure {
        case .refused, .unreachable, .proxy: .connectionRefused
        case .reset, .closed: .connectionReset
        case .dns: .dns
        case .tls: .tls
        case .connectTimeout, .deadline: .timeout
        case .stall: .stall
        case .tooLong, .garbled, .malformed: .malformedAnswer
        case .ownResources: .ownResources
        case .forbidden, .badAddress: .badRequest
        case .cancelled, .other: .other
        }
    }

    private func reason(_ failure: TransportFailure) -> String {
        switch failure {
        case .refused: "connection refused"
        case .unreachable: "no route to it"
        case .reset: "it reset the connection"
        case .closed: "it closed the connection without an answer"
        case .dns: "its name cannot be resolved"
        case .tls(let why): "no TLS connection, \(why)"
        case .connectTimeout: "it does not take connections within the connect timeout"
        case .deadline: "no connection within \(context.timeout.text)"
        case .proxy(let why): why
        case .garbled: "what it sends is not HTTP"
        case .malformed(let what): "it \(what)"
        default: failure.words
        }
    }

    private func sentence(_ failure: TransportFailure, _ exchange: Exchange) -> String {
        let sofar = exchange.status == nil ? "" : " after \(exchange.body.count) bytes of the answer"
        return switch failure {
        case .refused: "refuses the connection"
        case .unreachable: "cannot be reached: there is no route to it"
        case .reset: "reset the connection\(sofar)"
        case .closed:
            "closed the connection \(exchange.status == nil ? "without an answer" : "in the middle of the answer")"
        case .dns: "cannot be found: its name does not resolve"
        case .tls(let why): "gives no TLS connection: \(why)"
        case .connectTimeout: "does not take the connection: connect timeout"
        case .deadline where exchange.status == nil: "gave no answer within \(context.timeout.text)"
        case .deadline: "did not finish its answer within \(context.timeout.text)"
        case .stall(let time): "began to answer and then fell silent for \(time.text)"
        case .tooLong(let limit): "answered with more than \(limit >> 20) MiB"
        case .proxy(let why): "cannot be reached: \(why)"
        case .garbled: "answered with something that is not HTTP"
        case .malformed(let what): what
        default: "could not be asked (\(failure.words))"
        }
    }
}

extension TransportFailure {
    /// The connection ended without a word.
    var isHangUp: Bool {
        switch self {
        case .reset, .closed, .garbled, .malformed: true
        default: false
        }
    }

    var isStall: Bool { if case .stall = self { true } else { false } }

    fileprivate var words: String {
        switch self {
        case .other(let text): text
        default: "\(self)"
        }
    }
}

extension Duration {
    /// `10 s`, `1.5 s`, `800 ms`.
    var text: String {
        if self < .seconds(1) { return "\(Int(milliseconds.rounded())) ms" }
        let tenths = (seconds * 10).rounded() / 10
        return tenths == tenths.rounded() ? "\(Int(tenths)) s" : "\(tenths) s"
    }
}
