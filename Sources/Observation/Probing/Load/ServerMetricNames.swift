import Health

/// What one kind of model server calls its own figures. A further kind is one file and one line here.
struct ServerMetricNames: Sendable {
    /// Requests being worked on. Of several names the first that occurs counts: newer ones before older ones.
    var running: [String]
    /// Requests in its queue.
    var waiting: [String]
    /// Tokens generated since it started.
    var tokens: [String] = []
    /// Requests that it works on at once.
    var slots: [String] = []

    static let all = [llamaCpp, vllm, sglang, tgi, lmdeploy, tensorRT, aphrodite, dynamo]

    /// Every name of every kind.
    static let names = Set(all.flatMap { $0.running + $0.waiting + $0.tokens + $0.slots })

    /// What a server's metrics say of its load; `nil` for a text that is none of a server that is known.
    static func load(in text: [UInt8]) -> ServerLoad? {
        let sums = PrometheusSums(text, names: names)
        return all.lazy.compactMap { $0.load(from: sums) }.first
    }

    private func load(from sums: PrometheusSums) -> ServerLoad? {
        func first(_ names: [String]) -> Double? { names.lazy.compactMap { sums[$0] }.first }
        func count(_ names: [String]) -> Int? {
            first(names).flatMap { $0 >= 0 && $0 < 1e9 ? Int($0.rounded()) : nil }
        }
        let (running, waiting) = (count(running), count(waiting))
        guard running != nil || waiting != nil else { return nil }
        return ServerLoad(
            running: running, waiting: waiting, slots: count(slots),
            generatedTokens: first(tokens).flatMap { $0 >= 0 ? $0 : nil })
    }
}
