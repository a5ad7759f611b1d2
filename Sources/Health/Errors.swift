// The mission's error types with its fields; `description` is a sentence an operator can act on.

/// A probe that could not be made. A probe that was made and failed is a ``ProbeResult``, no error.
public struct CanaryProbeError: Error, Sendable, Hashable, CustomStringConvertible {
    public var modelId: ModelID
    public var message: String
    /// The error beneath, in words.
    public var cause: String?
    /// Whether the same call may succeed later.
    public var retryable: Bool

    public init(modelId: ModelID, message: String, cause: String? = nil, retryable: Bool) {
        self.modelId = modelId
        self.message = message
        self.cause = cause
        self.retryable = retryable
    }

    public var description: String { "probe of '\(modelId)': \(message)\(cause.map { " (\($0))" } ?? "")" }
}

/// A local runtime that could not be asked.
public struct LocalHealthCheckError: Error, Sendable, Hashable, CustomStringConvertible {
    public var service: LocalRuntime
    public var endpoint: String
    public var message: String
    public var cause: String?

    public init(service: LocalRuntime, endpoint: String, message: String, cause: String? = nil) {
        self.service = service
        self.endpoint = endpoint
        self.message = message
        self.cause = cause
    }

    public var description: String {
        "\(service.rawValue) at \(endpoint): \(message)\(cause.map { " (\($0))" } ?? "")"
    }
}

/// A metrics endpoint that could not be read.
public struct MetricsScrapeError: Error, Sendable, Hashable, CustomStringConvertible {
    public var endpoint: String
    public var message: String
    public var statusCode: Int?

    public init(endpoint: String, message: String, statusCode: Int? = nil) {
        self.endpoint = endpoint
        self.message = message
        self.statusCode = statusCode
    }

    public var description: String { "\(endpoint): \(message)\(statusCode.map { " (HTTP \($0))" } ?? "")" }
}

/// Metrics that make no sense.
public struct MetricsParseError: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String
    public var line: Int?
    public var cause: String?

    public init(message: String, line: Int? = nil, cause: String? = nil) {
        self.message = message
        self.line = line
        self.cause = cause
    }

    public var description: String { "\(line.map { "line \($0): " } ?? "")\(message)\(cause.map { " (\($0))" } ?? "")" }
}

/// A status that could not be told.
public struct HealthAggregationError: Error, Sendable, Hashable, CustomStringConvertible {
    public var modelId: ModelID?
    public var message: String
    /// The sources that were asked.
    public var sources: [String]

    public init(modelId: ModelID? = nil, message: String, sources: [String] = []) {
        self.modelId = modelId
        self.message = message
        self.sources = sources
    }

    public var description: String { modelId.map { "'\($0)': \(message)" } ?? message }
}

/// A store that could not be written or asked.
public struct HealthStorageError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Operation: String, Sendable, Hashable, Codable { case insert, query, aggregate }

    public var operation: Operation
    public var message: String
    public var cause: String?

    public init(operation: Operation, message: String, cause: String? = nil) {
        self.operation = operation
        self.message = message
        self.cause = cause
    }

    public var description: String { "\(operation.rawValue): \(message)\(cause.map { " (\($0))" } ?? "")" }
}

/// The mission's name for any error of a store.
public typealias StorageError = HealthStorageError

/// Metrics that could not be had: not read, not understood, or not found in the store.
public enum MetricsQueryError: Error, Sendable, Hashable, CustomStringConvertible {
    case scrape(MetricsScrapeError)
    case parse(MetricsParseError)
    case storage(HealthStorageError)

    public var description: String {
        switch self {
        case .scrape(let error): error.description
        case .parse(let error): error.description
        case .storage(let error): error.description
        }
    }
}

/// An immediate check that could not be made.
public enum HealthCheckError: Error, Sendable, Hashable, CustomStringConvertible {
    case probe(CanaryProbeError)
    case local(LocalHealthCheckError)
    case unknownModel(ModelID)

    public var description: String {
        switch self {
        case .probe(let error): error.description
        case .local(let error): error.description
        case .unknownModel(let id): "no model '\(id)' is configured or discovered"
        }
    }
}
