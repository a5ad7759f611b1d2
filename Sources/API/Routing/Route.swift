import HTTPTypes
import Hummingbird
import Logging

/// One route of the API.
struct Route: Sendable {
    enum Access: Sendable, Hashable {
        /// For everybody.
        case open
        /// For tokens with this scope, as soon as there are any tokens.
        case scope(APIScope)
        /// As with the scope `read`; the token may be a subprotocol, and other sites' pages are refused.
        case stream

        /// What a token must open; `nil` where none is needed.
        var scope: APIScope? {
            switch self {
            case .open: nil
            case .scope(let scope): scope
            case .stream: .read
            }
        }
    }

    var method: HTTPRequest.Method
    /// At most one part is variable, `:id`; model ids contain `/` and travel in the query.
    var path: String
    var access: Access
    /// Those it knows; any other in the query is an error of the caller, who would wonder why it does nothing.
    var parameters: [Parameter]
    /// What the API's document tells of it; `nil` for the files of pages.
    var operation: Operation?
    var answer: @Sendable (Call) async throws -> Response
    /// Whether parameters that it does not know are none of its business: links to public pages get some on their way.
    var isLenient = false

    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access, parameters: [Parameter] = [],
        _ operation: Operation? = nil, answer: @escaping @Sendable (Call) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.parameters = parameters
        self.operation = operation
        self.answer = answer
    }

    /// The names that its query may have.
    var queryNames: [String] { parameters.filter { $0.place == .query }.map(\.name) }

    /// Whether it reads something that has an ETag.
    var isRead: Bool { method == .get && access != .stream && access != .scope(.metrics) }
}

/// A request that was admitted to a route.
struct Call: Sendable {
    var request: Request
    var query: Query
    /// The variable part of the path.
    var id: String?
    /// The name of the caller's token; `nil` where none is needed.
    var caller: String?
    var logger: Logger
    /// Whether whoever asks may do what a scope is for; where there are no tokens, everybody may.
    var opens: @Sendable (APIScope) -> Bool
}
