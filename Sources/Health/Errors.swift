// The mission's error types with its fields; `description` is a sentence an operator can act on.

/// A probe that could not be made. A probe that was made and failed is a ``ProbeResult``, no error.
public struct CanaryProbeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The model that was to be probed.
    public var modelId: ModelID
    /// What failed and what to do, one sentence without secrets.
    public var message: String
    /// The error beneath, in words.
    public var cause: String?
    /// Whether the same call may succeed later.
    public var retryable: Bool

    /// `retryable`: whether the same call may succeed soon.
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
    /// The runtime that was asked.
    public var service: LocalRuntime
    /// Its address, without secrets.
    public var endpoint: String
    /// What failed and what to do, one sentence without secrets.
    public var message: String
    /// The transport's or runtime's own words, if there were any.
    public var cause: String?

    /// `cause`: the transport's or runtime's own words.
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
    /// The address that was read, without secrets.
    public var endpoint: String
    /// What failed, one sentence without secrets.
    public var message: String
    /// The HTTP status of the answer; `nil` when none came.
    public var statusCode: Int?

    /// `statusCode`: `nil` when no answer came.
    public init(endpoint: String, message: String, statusCode: Int? = nil) {
        self.endpoint = endpoint
        self.message = message
        self.statusCode = statusCode
    }

    public var description: String { "\(endpoint): \(message)\(statusCode.map { " (HTTP \($0))" } ?? "")" }
}

/// Metrics that make no sense.
public struct MetricsParseError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What cannot be read, one sentence.
    public var message: String
    /// The line of the text, from 1; `nil` where none is at fault alone.
    public var line: Int?
    /// The offending text, cut to a length that fits a log line.
    public var cause: String?

    /// `line`: from 1; `nil` where none is at fault alone.
    public init(message: String, line: Int? = nil, cause: String? = nil) {
        self.message = message
        self.line = line
        self.cause = cause
    }

    public var description: String { "\(line.map { "line \($0): " } ?? "")\(message)\(cause.map { " (\($0))" } ?? "")" }
}

/// A status that could not be told.
public struct HealthAggregationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The model that was asked for; `nil` when it was the whole fleet.
    public var modelId: ModelID?
    /// What failed, one sentence without secrets.
    public var message: String
    /// The sources that were asked.
    public var sources: [String]

    /// `sources`: the parts that could not say anything.
    public init(modelId: ModelID? = nil, message: String, sources: [String] = []) {
        self.modelId = modelId
        self.message = message
        self.sources = sources
    }

    public var description: String { modelId.map { "'\($0)': \(message)" } ?? message }
}

/// A store that could not be written or asked.
public struct HealthStorageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What the store was asked to do.
    public enum Operation: String, Sendable, Hashable, Codable { case insert, query, aggregate }

    /// What the store was asked to do.
    public var operation: Operation
    /// What failed, one sentence without secrets.
    public var message: String
    /// The store's own words, if there were any.
    public var cause: String?

    /// `cause`: the store's own words.
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
    /// The metrics could not be had.
    case scrape(MetricsScrapeError)
    /// The metrics came and are no Prometheus text.
    case parse(MetricsParseError)
    /// The store could not be read or written.
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
    /// The probe could not be made.
    case probe(CanaryProbeError)
    /// The runtime could not be asked.
    case local(LocalHealthCheckError)
    /// No model of this name is watched.
    case unknownModel(ModelID)

    public var description: String {
        switch self {
        case .probe(let error): error.description
        case .local(let error): error.description
        case .unknownModel(let id): "no model '\(id)' is configured or discovered"
        }
    }
}
