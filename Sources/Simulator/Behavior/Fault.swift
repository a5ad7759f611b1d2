/// A way in which an answer goes wrong. Each one but `stall` and `answer` has a name for scenario files.
///
/// They cover every row of the gateway's status table (provider-facts §1.6) and the traps of the local servers.
package enum Fault: Sendable, Equatable {
    /// Takes the request and never answers.
    case hang
    /// Sends the head and half of the body, then nothing more.
    case hangBody
    /// Closes the connection without an answer.
    case close
    /// Resets the connection (RST) without an answer.
    case reset
    /// Nobody listens: through the gateway a refused connection, on an open connection a reset.
    case refuse
    /// Sends half of the promised body, then closes.
    case cut
    /// Sends a complete 200 whose JSON breaks off in the middle.
    case truncated
    /// Streams this many events, then falls silent. An answer that is not streamed hangs in mid-body.
    case stall(after: Int)
    /// 200 with an empty text and `finish_reason: length`: the model lives.
    case emptyText
    /// 200 with a well-formed body that has no choices.
    case noChoices
    /// 200 whose body is an `error` object.
    case errorBody
    /// 200 with the HTML of a login page.
    case loginPage
    /// 200, JSON content type, no body.
    case emptyBody
    /// An error status in the words of the face's API.
    case refusal(Refusal)
    /// Exactly this answer.
    case answer(CannedAnswer)

    /// The faults that have a plain name.
    package static let named: [(name: String, fault: Fault)] =
        [
            ("hang", .hang), ("hang-body", .hangBody), ("close", .close), ("reset", .reset), ("refuse", .refuse),
            ("cut", .cut),
            ("truncated", .truncated), ("stall", .stall(after: 1)), ("empty-text", .emptyText),
            ("no-choices", .noChoices), ("error-200", .errorBody), ("html-200", .loginPage), ("empty-200", .emptyBody),
        ] + Refusal.allCases.map { ($0.rawValue, .refusal($0)) }

    /// The name in scenario files and in the control API; nil for a canned answer.
    package var name: String? {
        if case .stall = self { return "stall" }
        return Self.named.first { $0.fault == self }?.name
    }

    package init?(name: String) {
        guard let fault = Self.named.first(where: { $0.name == name })?.fault else { return nil }
        self = fault
    }
}
