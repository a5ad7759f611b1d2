import GRDB
import Health

/// What SQLite says, in sentences an operator can act on.
enum SQLiteProblem {
    /// What is wrong with the file, and what to do about it.
    static func sentence(_ error: DatabaseError) -> (problem: String, advice: String) {
        switch error.resultCode {
        case .SQLITE_FULL:
            (
                "the disk is full or the file has reached its size limit",
                "free some space, writing then goes on by itself"
            )
        case .SQLITE_READONLY:
            ("the file or its folder is read-only", "make both writable for this user")
        case .SQLITE_PERM, .SQLITE_AUTH:
            ("access is denied", "make the file and its folder readable and writable for this user")
        case .SQLITE_CANTOPEN:
            (
                "the file cannot be opened",
                "check that its folder exists and is writable and that it is no folder itself"
            )
        case .SQLITE_NOTADB:
            ("the file is not a SQLite database", "name another file, or move this one away and start again")
        case .SQLITE_CORRUPT:
            (
                "the file is damaged",
                "move it away and start again with a new one (`sqlite3 FILE .recover` may save rows of the old)"
            )
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            ("another process holds the file locked", "end that process, or name another file")
        case .SQLITE_IOERR:
            ("the disk reports a read or write error", "look at the system log and check the disk")
        case .SQLITE_TOOBIG:
            ("a value is too large", "report this as a bug")
        default:
            ("SQLite reports error \(error.extendedResultCode.rawValue)", "see the cause")
        }
    }

    /// What opening `path` failed with.
    static func opening(_ path: String, _ error: any Error) -> StoreOpenError {
        if let error = error as? StoreOpenError { return error }
        guard let error = error as? DatabaseError else {
            return StoreOpenError(path: path, problem: "the file cannot be opened", advice: "\(error)")
        }
        let (problem, advice) = sentence(error)
        let cause = error.message.map { " (\($0))" } ?? ""
        return StoreOpenError(path: path, problem: problem + cause, advice: advice)
    }

    /// What an operation on the store at `path` failed with.
    static func operating(
        _ path: String, _ operation: HealthStorageError.Operation, _ error: any Error
    ) -> HealthStorageError {
        switch error {
        case let error as HealthStorageError: return error
        case is CancellationError: return .cancellation(operation)
        case let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT && Task.isCancelled:
            return .cancellation(operation)
        case let error as DatabaseError:
            let (problem, advice) = sentence(error)
            // The message and no arguments: those hold what users wrote.
            return HealthStorageError(
                operation: operation, message: "\(path): \(problem); \(advice)", cause: error.message)
        default:
            return HealthStorageError(
                operation: operation, message: "\(path): an unexpected error; report this as a bug",
                cause: "\(type(of: error))")
        }
    }
}
