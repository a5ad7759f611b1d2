import Health

/// Why a statement came to nothing.
struct ClickHouseError: Error, Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// No answer: refused, reset, too late.
        case unreachable
        /// ClickHouse's own error code, such as 60 for an unknown table.
        case exception(Int)
        /// An answer that is none of ClickHouse's.
        case foreign(status: UInt)
        case cancelled
    }

    var kind: Kind
    var message: String

    static let awayMessage = "ClickHouse cannot be reached"
    static let unknownTable = 60
    static let unknownDatabase = 81
    static let wrongPassword = 516
    static let noAccess = 497
    static let tooManyParts = 252
    static let noMemory = 241
    static let noSpace = 243

    /// In words an operator can act on.
    func storageError(_ operation: HealthStorageError.Operation, at place: String) -> HealthStorageError {
        let (problem, advice): (String, String)
        switch kind {
        case .cancelled: return .cancellation(operation)
        case .unreachable:
            (problem, advice) = (Self.awayMessage, "check history.clickhouse.url and that it runs")
        case .exception(Self.wrongPassword):
            (problem, advice) = (
                "ClickHouse refuses the user or password", "check history.clickhouse.user and password"
            )
        case .exception(Self.noAccess):
            (problem, advice) = (
                "the user may not do this",
                "grant it SELECT, INSERT, ALTER, CREATE TABLE and CREATE VIEW on the database"
            )
        case .exception(Self.unknownTable), .exception(Self.unknownDatabase):
            (problem, advice) = ("a table or the database is gone", "it is made again with the next row")
        case .exception(Self.tooManyParts):
            (problem, advice) = (
                "ClickHouse takes no more inserts for now", "it catches up by itself; look at its merges"
            )
        case .exception(Self.noSpace):
            (problem, advice) = ("ClickHouse has no disk space left", "free some, writing then goes on by itself")
        case .exception(Self.noMemory):
            (problem, advice) = ("ClickHouse has too little memory for this", "raise its max_memory_usage")
        case .exception(let code):
            (problem, advice) = ("ClickHouse reports error \(code)", "see the cause")
        case .foreign(let status):
            (problem, advice) = (
                "what answers there (HTTP \(status)) is no ClickHouse",
                "give the HTTP interface, by default port 8123, or 8443 with TLS"
            )
        }
        return HealthStorageError(
            operation: operation, message: "\(place): \(problem); \(advice)", cause: message.isEmpty ? nil : message)
    }

    /// Finds an exception in an answer's text: `Code: 60. DB::Exception: … (UNKNOWN_TABLE)`.
    static func code(in text: some StringProtocol) -> Int? {
        guard let start = text.firstRange(of: "Code: ") else { return nil }
        let digits = text[start.upperBound...].prefix { $0.isASCII && $0.isNumber }
        guard let code = Int(digits), text[start.upperBound...].dropFirst(digits.count).hasPrefix(". DB::") else {
            return nil
        }
        return code
    }
}
