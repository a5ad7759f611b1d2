extension Result where Failure == any Error {
    /// What an operation came to, so that something is done after it either way.
    init(_ operation: () async throws -> sending Success) async {
        do { self = .success(try await operation()) } catch { self = .failure(error) }
    }
}
