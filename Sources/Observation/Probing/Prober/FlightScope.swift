/// A piece of work that can be cancelled from outside its task, without a task of its own.
final class FlightScope: Sendable {
    private let ended: AsyncStream<Never>
    private let end: AsyncStream<Never>.Continuation

    init() { (ended, end) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    /// Ends the work, now or as soon as it begins.
    func cancel() { end.finish() }

    /// Runs the work until it is done or cancelled; returns only when it has ended.
    ///
    /// To be called once.
    func run(_ work: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask(operation: work)
            group.addTask { [ended] in for await _ in ended {} }
            await group.next()
            group.cancelAll()
        }
    }
}
