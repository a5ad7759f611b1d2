import Testing

/// Everything that probes over real connections, one test after the other: they measure time.
@Suite("Probing over the network", .serialized)
struct ProbingNetworkTests {}

/// The shortest of a few measurements: what is left when the machine was busy with something else.
func shortest(of tries: Int = 5, below bar: Duration, _ measure: () async throws -> Duration) async throws -> Duration {
    var best = Duration.seconds(3_600)
    for _ in 0..<tries where best >= bar { best = min(best, try await measure()) }
    return best
}
