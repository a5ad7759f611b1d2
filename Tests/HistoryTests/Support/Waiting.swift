import Health
import Testing

/// Lets others run until the condition holds; the suite's time limit ends a wait in vain.
func until(_ condition: () async throws -> Bool) async throws {
    while !(try await condition()) {
        try Task.checkCancellation()
        await Task.yield()
    }
}

/// The error of an operation in a task that was cancelled before it started.
func errorWhenCancelled(_ operation: @escaping @Sendable () async throws -> Void) async -> HealthStorageError? {
    await withTaskGroup(of: HealthStorageError?.self) { group in
        group.cancelAll()
        group.addTask {
            do {
                try await operation()
                return nil
            } catch {
                return error as? HealthStorageError
            }
        }
        return await group.next() ?? nil
    }
}
