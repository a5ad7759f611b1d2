import Basics
import Health
import NIOHTTP1

/// A request that differs from probe to probe in its nonce and trace alone: built and checked once, copied for each.
struct PreparedRequest: Sendable {
    private let request: ProbeRequest
    let redactor: Redactor
    private let lessons: Lessons
    private let config: ProbeConfig
    private let isStreamed: Bool
    private let trace: String
    /// Where the nonce stands in the body.
    private let nonces: [Int]

    /// - Throws: when the probe cannot be made as configured.
    init(_ ask: ProbeAsk, trace: String) throws(ProbeRefusal) {
        var request = try ProbeRequest(ask, trace: trace)
        request.parse()
        self.request = request
        redactor = Redactor(
            request.secrets,
            names: [
                ask.model.provider, ask.model.id.rawValue, ask.target.model, ask.target.name,
                ask.target.gateway?.gateway ?? "", ask.target.gateway?.provider ?? "", request.host.name,
            ])
        lessons = ask.lessons
        config = ask.config
        isStreamed = ask.isStreamed
        self.trace = trace
        let nonce = Array(ask.nonce.utf8)
        let body = request.body
        nonces = body.indices.filter { body[$0] == nonce[0] && body[$0...].starts(with: nonce) }
    }

    /// Whether it asks the same of the same target.
    func fits(_ ask: ProbeAsk) -> Bool {
        isStreamed == ask.isStreamed && config == ask.config && lessons == ask.lessons
    }

    /// The request of another probe.
    ///
    /// - Parameter nonce: as long as that of the first.
    func copy(nonce: String, trace: String) -> ProbeRequest {
        var copy = request
        for start in nonces { copy.body.replaceSubrange(start..<(start + nonce.utf8.count), with: nonce.utf8) }
        if request.headers.contains(where: { $0.value == self.trace }) {
            copy.headers = HTTPHeaders(
                request.headers.map { ($0.name, $0.value == self.trace ? trace : $0.value) })
        }
        return copy
    }
}
