import Metrics

/// The daemon's own figures on its live streams.
struct LiveMetrics: Sendable {
    enum Transport: String, Sendable, CaseIterable {
        case webSocket = "websocket"
        case serverSentEvents = "sse"
    }

    /// Why a stream was ended by the daemon.
    enum Cut: String, Sendable, CaseIterable {
        case slow, silent, violation, shutdown
    }

    private let open: [Transport: Gauge]
    private let messages: [Transport: Counter]
    private let coalesced = Counter(label: "llm_health_stream_coalesced_events_total")
    private let cuts: [Cut: Counter]
    private let refused = Counter(label: "llm_health_streams_refused_total")

    init() {
        open = Dictionary(
            uniqueKeysWithValues: Transport.allCases.map {
                ($0, Gauge(label: "llm_health_streams", dimensions: [("transport", $0.rawValue)]))
            })
        messages = Dictionary(
            uniqueKeysWithValues: Transport.allCases.map {
                ($0, Counter(label: "llm_health_stream_messages_total", dimensions: [("transport", $0.rawValue)]))
            })
        cuts = Dictionary(
            uniqueKeysWithValues: Cut.allCases.map {
                ($0, Counter(label: "llm_health_streams_cut_total", dimensions: [("reason", $0.rawValue)]))
            })
        // There from the start, so that a rate over them is 0 and not absent.
        for gauge in open.values { gauge.record(0) }
        for counter in [coalesced, refused] + messages.values + cuts.values { counter.increment(by: 0) }
    }

    func report(open count: Int, over transport: Transport) { open[transport]?.record(count) }
    func report(messages count: Int, over transport: Transport) { messages[transport]?.increment(by: count) }
    func report(coalesced count: Int) { if count > 0 { coalesced.increment(by: count) } }
    func report(cut reason: Cut) { cuts[reason]?.increment() }
    func reportRefusal() { refused.increment() }
}
