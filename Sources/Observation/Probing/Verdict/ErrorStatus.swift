/// The HTTP status that an error stands for, where it came inside another one.
extension ErrorBody {
    /// The number that it names, else that of its type, code or reason; `nil` where it tells neither.
    var impliedStatus: Int? {
        if let status { return status }
        // The code says more than the type: `{"type":"requests","code":"rate_limit_exceeded"}`.
        for word in [code, type].compactMap({ $0 }) + reasons {
            if let status = Self.statuses[ErrorWords.plain(word)] { return status }
        }
        // `litellm.RateLimitError: …` where nothing else came.
        guard message.hasPrefix("litellm.") else { return nil }
        return Self.statuses[ErrorWords.plain(String(message.dropFirst(8).prefix { $0.isLetter }))]
    }

    /// Of OpenAI, Anthropic, Google, AWS, vLLM and those who copy them; in plain form.
    private static let statuses: [String: Int] = [
        "invalidrequesterror": 400, "invalidrequest": 400, "invalidargument": 400, "validationexception": 400,
        "badrequest": 400, "badrequesterror": 400, "invalidvalue": 400, "unsupportedparameter": 400,
        "unsupportedvalue": 400, "failedprecondition": 400, "validationerror": 400, "invalidprompt": 400,
        "authenticationerror": 401, "unauthenticated": 401, "invalidapikey": 401, "unauthorized": 401,
        "autherror": 401, "paymentrequired": 402, "billingerror": 402, "paymentrequirederror": 402,
        "permissionerror": 403, "permissiondenied": 403, "permissiondeniederror": 403, "accessdenied": 403,
        "accessdeniedexception": 403, "forbidden": 403, "notfounderror": 404, "notfound": 404,
        "resourcenotfoundexception": 404, "modelnotfound": 404, "requesttimeout": 408, "modeltimeoutexception": 408,
        "requesttoolarge": 413, "unprocessableentity": 422, "modelerrorexception": 424,
        "modelstreamerrorexception": 424, "ratelimiterror": 429, "ratelimitexceeded": 429, "resourceexhausted": 429,
        "toomanyrequests": 429, "throttlingexception": 429, "throttlingerror": 429, "slowdown": 429,
        "apierror": 500, "servererror": 500, "internal": 500, "internalerror": 500, "internalservererror": 500,
        "internalserverexception": 500, "badgateway": 502, "unavailable": 503, "serviceunavailable": 503,
        "serviceunavailableerror": 503, "serviceunavailableexception": 503, "unavailableerror": 503,
        "deadlineexceeded": 504, "timeouterror": 504, "timeout": 504, "overloadederror": 529,
    ]
}
