import Synchronization

/// A request that is being answered by a model, from its arrival to its end.
final class Visit: Sendable {
    private let onEnd: Mutex<(@Sendable () -> Void)?>

    init(onEnd: @escaping @Sendable () -> Void) { self.onEnd = Mutex(onEnd) }

    /// The request has been answered or given up; only the first call counts.
    func end() {
        let onEnd = onEnd.withLock { onEnd in
            defer { onEnd = nil }
            return onEnd
        }
        onEnd?()
    }

    deinit { end() }
}
