package import Health

extension HealthStorageError {
    private static let cancelled = "cancelled"

    /// The caller gave up before the store was done.
    package static func cancellation(_ operation: Operation) -> HealthStorageError {
        HealthStorageError(operation: operation, message: "given up before it was done", cause: cancelled)
    }

    /// Whether the caller gave up; nothing is wrong with the store then.
    package var isCancellation: Bool { cause == Self.cancelled }
}
