/// A routing configuration: a provider, or a strategy over targets that are configurations again.
struct PortkeyConfig: Sendable, Equatable {
    var name: String?
    var provider: String?
    var apiKey: String?
    var customHost: String?
    var weight: Double = 1
    var overrideParams: JSON?
    var retry: Retry?
    /// Milliseconds until the upstream's response headers.
    var requestTimeout: Int?
    var strategy: Strategy?
    var targets: [PortkeyConfig] = []
    var azure = Azure()

    struct Retry: Sendable, Equatable {
        var attempts: Int
        var statusCodes: [Int]
        var honoursRetryAfter: Bool

        static let defaultCodes = [429, 500, 502, 503, 504]
        static let most = 5
    }

    struct Strategy: Sendable, Equatable {
        var mode: Mode
        var statusCodes: [Int]?
        var conditions: [Condition] = []
        var defaultTarget: String?

        enum Mode: String, Sendable, CaseIterable { case single, loadbalance, fallback, conditional }
    }

    struct Condition: Sendable, Equatable {
        var query: JSON
        var then: String
    }

    struct Azure: Sendable, Equatable {
        var deployment: String?
        var apiVersion: String?
        var resource: String?
    }

    /// Reads a configuration that ``PortkeyConfigCheck`` has found nothing wrong with.
    init(_ json: JSON) {
        name = json["name"]?.string
        provider = json["provider"]?.string
        apiKey = json["api_key"]?.string
        customHost = json["custom_host"]?.string
        weight = json["weight"]?.double ?? 1
        overrideParams = json["override_params"]
        requestTimeout = json["request_timeout"]?.int
        azure = Azure(
            deployment: json["deployment_id"]?.string ?? json["azure_deployment_id"]?.string,
            apiVersion: json["api_version"]?.string ?? json["azure_api_version"]?.string,
            resource: json["resource_name"]?.string ?? json["azure_resource_name"]?.string)
        retry = json["retry"].map { retry in
            Retry(
                attempts: min(retry["attempts"]?.int ?? 0, Retry.most),
                statusCodes: retry["on_status_codes"]?.array?.compactMap(\.int) ?? Retry.defaultCodes,
                honoursRetryAfter: retry["use_retry_after_header"]?.isTruthy ?? false)
        }
        strategy = json["strategy"].flatMap { strategy in
            strategy["mode"]?.string.flatMap(Strategy.Mode.init).map { mode in
                Strategy(
                    mode: mode, statusCodes: strategy["on_status_codes"]?.array?.compactMap(\.int),
                    conditions: strategy["conditions"]?.array?.compactMap { condition in
                        guard let query = condition["query"], let then = condition["then"]?.string else { return nil }
                        return Condition(query: query, then: then)
                    } ?? [],
                    defaultTarget: strategy["default"]?.string)
            }
        }
        targets = json["targets"]?.array?.map(PortkeyConfig.init) ?? []
    }

    init() {}

    /// This target with everything that it does not say taken from its parent.
    func inheriting(from parent: PortkeyConfig) -> PortkeyConfig {
        var target = self
        target.provider = provider ?? parent.provider
        target.apiKey = apiKey ?? parent.apiKey
        target.customHost = customHost ?? parent.customHost
        target.overrideParams = overrideParams ?? parent.overrideParams
        target.retry = retry ?? parent.retry
        target.requestTimeout = requestTimeout ?? parent.requestTimeout
        target.azure = Azure(
            deployment: azure.deployment ?? parent.azure.deployment,
            apiVersion: azure.apiVersion ?? parent.azure.apiVersion,
            resource: azure.resource ?? parent.azure.resource)
        return target
    }
}
