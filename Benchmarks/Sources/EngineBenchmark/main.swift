import CHeap
import Foundation
import Health

// What the decision costs: `swift run -c release --package-path Benchmarks EngineBenchmark`

/// Bytes in use on the heap.
func heapBytes() -> Int { Int(heap_bytes()) }

let count = 10_000
let interval = 15.0
let clock = ContinuousClock()

func moment(_ uptime: Double) -> Moment {
    Moment(uptime: .seconds(uptime), wall: Date(timeIntervalSince1970: 1_795_428_000 + uptime))
}

func report(_ what: String, _ figure: String) {
    print(what.padding(toLength: 62, withPad: " ", startingAt: 0) + figure)
}

/// The best of several runs, in seconds: what the code costs, not what else the machine did.
func best(of runs: Int, _ body: () -> Void) -> Double {
    (0..<runs).map { _ in clock.measure(body) / .seconds(1) }.min() ?? 0
}

let configs = (0..<count).map { index in
    ModelConfig(
        id: ModelID("provider/model-\(index)"), provider: "provider",
        targets: [ModelTarget(baseURL: "https://api.example.com", model: "model-\(index)")],
        interval: .seconds(interval))
}
let before = heapBytes()
var engine = HealthEngine()
_ = engine.configure(configs, at: moment(0))

/// One round of healthy probes of all models, spread over the interval.
let keys = configs.map { ProbeKey($0.id) }
func evidence(round: Int) -> [Evidence] {
    (0..<count).flatMap { index -> [Evidence] in
        let number = UInt64(round * count + index)
        let start = moment(Double(round) * interval + interval * Double(index) / Double(count))
        let end = start + .milliseconds(1)
        let result = ProbeResult(
            modelId: keys[index].modelID, outcome: .ok, latency: .milliseconds(500 + (index + round * 7) % 100),
            startedAt: start.wall)
        return [
            Evidence(.probeStarted(keys[index], number: number, reason: .scheduled), source: .probe, at: start),
            Evidence(.probeFinished(keys[index], number: number, result), source: .probe, at: end),
        ]
    }
}

func absorb(_ batch: [Evidence], by engine: inout HealthEngine) {
    for index in batch.indices { _ = engine.absorb(batch[index], at: batch[index].at) }
}

// Five minutes of it, so that every window is filled.
var round = 0
for _ in 0..<20 {
    absorb(evidence(round: round), by: &engine)
    round += 1
}
report(
    "heap of a model that is only probed, after five minutes", "\((heapBytes() - before) / count) bytes (goal ≤ 4,096)")

var rates: [Double] = []
for _ in 0..<5 {
    let batch = evidence(round: round)
    round += 1
    let seconds = clock.measure { absorb(batch, by: &engine) } / .seconds(1)
    rates.append(Double(batch.count) / seconds)
}
let rate = rates.max() ?? 0
report("pieces of evidence absorbed a second, probes", "\(Int(rate)) (goal ≥ 1,000,000)")

// Beside it what any rule must do at the least: find the model and count.
var counters: [ModelID: Int] = [:]
let batch = evidence(round: round)
let bare = best(of: 5) {
    for evidence in batch {
        if case .probeFinished(let key, _, let result) = evidence.kind {
            counters[key.modelID] = result.success ? 0 : (counters[key.modelID] ?? 0) + 1
        }
    }
}
let bareRate = Double(batch.count) / bare
report(
    "the same by a counter of failures in a dictionary",
    "\(Int(bareRate)) (ours / this = \(String(format: "%.3f", rate / bareRate)))")

var now = Double(round) * interval + 3
let idle = best(of: 20) {
    now += 0.01
    _ = engine.tick(at: moment(now))
}
report("a tick over \(count) models of which none is due", String(format: "%.3f ms", idle * 1_000))
// All of them settle at once: nothing has been heard for longer than they wait.
@MainActor func fullTick() -> Double {
    (0..<5).map { _ in
        round += 1
        absorb(evidence(round: round), by: &engine)
        now = Double(round + 1) * interval + 21
        return clock.measure { _ = engine.tick(at: moment(now)) } / .seconds(1)
    }.min() ?? 0
}
let full = fullTick()
report("a tick in which all \(count) models are due", String(format: "%.2f ms (goal ≤ 5)", full * 1_000))
let requests = (0..<count).map {
    Evidence(
        .outcomes(keys[$0], .ok, count: 1, latency: .milliseconds(400)), source: .traffic,
        at: moment(Double(round) * interval + 1))
}
let traffic = Double(count) / best(of: 5) { absorb(requests, by: &engine) }
report("pieces of evidence absorbed a second, requests", "\(Int(traffic))")

let busy = fullTick()
report("the same where all of them serve requests", String(format: "%.2f ms", busy * 1_000))
let rendering = best(of: 3) { _ = engine.fleet(at: moment(now)) }
report("what is shown of all, rendered", String(format: "%.1f ms", rendering * 1_000))
