import Metrics
import Telemetry

/// The daemon's own figures on its live streams.
struct LiveMetrics: Sendable {
    private static let streams = Metric.gauge(
        "llm_health_streams", "Live streams that are open, by transport.", labels: ["transport"])
    private static let messages = Metric.counter(
        "llm_health_stream_messages_total", "Messages sent on live streams, by transport.", labels: ["transport"])
    private static let coalesced = Metric.counter(
        "llm_health_stream_coalesced_events_total", "Events left out for readers that were too far behind.")
    private static let cuts = Metric.counter(
        "llm_health_streams_cut_total", "Live streams that the daemon ended, by reason.", labels: ["reason"])
    private static let refused = Metric.counter(
        "llm_health_streams_refused_total", "Live streams refused because enough were open.")

    static let all = [streams, messages, coalesced, cuts, refused]

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
    private let coalesced = Self.coalesced.makeCounter()
    private let cuts: [Cut: Counter]
    private let refused = Self.refused.makeCounter()

    init() {
        open = Dictionary(
            uniqueKeysWithValues: Transport.allCases.map {
                ($0, Self.streams.makeGauge($0.rawValue))
            })
        messages = Dictionary(
            uniqueKeysWithValues: Transport.allCases.map {
                ($0, Self.messages.makeCounter($0.rawValue))
            })
        cuts = Dictionary(
            uniqueKeysWithValues: Cut.allCases.map {
                ($0, Self.cuts.makeCounter($0.rawValue))
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
