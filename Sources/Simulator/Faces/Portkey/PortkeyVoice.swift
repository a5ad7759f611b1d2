import HTTPTypes

/// How the gateway reports what is its own fault, or the fault of the request.
struct PortkeyVoice: Voice {
    func complaint(_ complaint: Complaint, requestID: String) -> JSON {
        ["status": "failure", "message": .string(complaint.status >= 500 ? "Something went wrong" : complaint.message)]
    }

    func headers(_ context: HeaderContext) -> HTTPFields { [:] }

    static func failure(_ message: String, status: Int = 400, errors: [String] = []) -> Reply {
        var body: JSON = ["status": "failure", "message": .string(message)]
        if !errors.isEmpty { body["errors"] = .array(errors.map(JSON.string)) }
        return .json(body, status: status)
    }

    /// The gateway's own code threw: the upstream's answer could not be read (row G of provider-facts §1.6).
    static var exception: Reply {
        var reply = failure("Something went wrong", status: 500)
        reply.headers[.init("x-portkey-gateway-exception")!] = "true"
        return reply
    }
}
