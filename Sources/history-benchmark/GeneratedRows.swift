import Foundation
import Health
import History

/// Snapshots of a fleet as a daemon writes them: one a minute and model, with outages.
struct GeneratedRows {
    let models: [ModelID]
    private var state: UInt64

    init(models count: Int, seed: UInt64 = 7) {
        models = (0..<count).map { ModelID("provider-\($0 % 5)/model-\($0)") }
        state = seed
    }

    private mutating func random() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) / Double(1 << 53)
    }

    /// Whether a model is down in a minute: about one minute in two hundred, in stretches of ten.
    private func isDown(_ model: Int, _ minute: Int) -> Bool {
        (UInt64(minute / 10) &* 2_654_435_761 &+ UInt64(model) &* 40_503) % 200 == 0
    }

    /// All models' rows of one minute.
    ///
    /// - Parameter minute: since `start`.
    mutating func minute(_ minute: Int, from start: Date) -> [HealthSnapshot] {
        models.indices.map { model in
            let isDown = isDown(model, minute)
            let latency = 200 + 900 * random()
            return HealthSnapshot(
                timestamp: start + Double(minute) * 60 + Double(model) / 1_000, modelId: models[model],
                provider: "provider-\(model % 5)", status: isDown ? .unhealthy : .healthy, score: isDown ? 12 : 96.5,
                reasonCode: isDown ? .outage : .passing,
                metrics: .init(
                    latencyP50: isDown ? nil : latency, latencyP90: isDown ? nil : latency * 2,
                    latencyP99: isDown ? nil : latency * 4, errorRate: isDown ? 1 : 0, requestCount: 4,
                    availability: 0.995),
                probeResult: .init(
                    success: !isDown, latency: latency, error: isDown ? "openai answered 503: overloaded" : nil))
        }
    }

    /// Rows in batches of a size, model after model in each minute.
    mutating func batches(_ count: Int, of size: Int, from start: Date) -> [[HealthSnapshot]] {
        var batches: [[HealthSnapshot]] = []
        var rows: [HealthSnapshot] = []
        var index = 0
        while batches.count < count {
            rows += minute(index, from: start)
            index += 1
            while rows.count >= size, batches.count < count {
                batches.append(Array(rows.prefix(size)))
                rows.removeFirst(size)
            }
        }
        return batches
    }
}
