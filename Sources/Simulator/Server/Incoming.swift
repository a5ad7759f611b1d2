import HTTPTypes

/// A request as a face gets it, over a connection or from the gateway in the same process.
struct Incoming: Sendable {
    var method: String
    /// Path and query, as sent.
    var target: String
    var headers: HTTPFields
    var body: [UInt8]
    /// The body as JSON; nil when it is empty or broken.
    let json: JSON?
    var isFromGateway: Bool
    /// The request's number in the log; 0 until it is written down.
    var number = 0

    init(method: String, target: String, headers: HTTPFields, body: [UInt8], isFromGateway: Bool = false) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.isFromGateway = isFromGateway
        json = body.isEmpty ? nil : try? JSON(parsing: body)
    }

    /// The path without the query.
    var path: String { String(target.prefix { $0 != "?" }) }

    func header(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { headers[$0] }
    }

    /// The value of a query item, percent-decoded; nil when it is missing.
    func query(_ name: String) -> String? {
        guard let start = target.firstIndex(of: "?") else { return nil }
        for item in target[target.index(after: start)...].split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.first.map(String.init) == name { return parts.count > 1 ? Self.decoded(parts[1]) : "" }
        }
        return nil
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let digits = [iterator.next(), iterator.next()].compactMap(\.self)
                guard let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else { return String(text) }
                bytes.append(value)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The key of the request, from whichever header its API uses.
    var apiKey: String? {
        if let bearer = header("authorization") {
            return bearer.lowercased().hasPrefix("bearer ") ? String(bearer.dropFirst(7)) : bearer
        }
        return header("x-api-key") ?? header("api-key")
    }
}
