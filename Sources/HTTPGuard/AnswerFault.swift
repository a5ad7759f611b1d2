/// What a peer sent that is no answer to the request, or more of one than is read.
///
/// The description completes a sentence that begins with the peer: "acme at 10.0.0.1:80 answered with …".
package enum AnswerFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// A status that HTTP does not have.
    case status(Int)
    case switchedProtocols
    /// Interim answers (1xx) without end.
    case interimAnswers(limit: Int)
    /// Headers, trailers or chunk extensions without end.
    case longHeaders(limit: Int)
    case manyHeaders
    /// Two statements of the body's length that differ.
    case bodyLength
    /// An answer, or a part of one, that belongs to no request.
    case unasked
    /// A content coding that nobody asked for and that is not read.
    case coding(String)
    /// A compressed body that is damaged or breaks off.
    case damagedCompression(String)
    case inflation(limit: Int)
    case endless(limit: Int)
    /// Ours, not the peer's: there was no memory to unpack the body.
    case noMemory

    package var description: String {
        switch self {
        case .status(let code):
            "answered with HTTP status \(code < 100 ? String("00\(code)".suffix(3)) : "\(code)"), which does not exist"
        case .switchedProtocols: "switched to another protocol (HTTP status 101) though nobody asked"
        case .interimAnswers(let limit): "sent more than \(limit) interim answers (HTTP status 1xx) and no final one"
        case .longHeaders(let limit): "sent more than \(limit >> 10) KiB of headers"
        case .manyHeaders: "sent too many headers, or too long ones"
        case .bodyLength: "stated the length of its answer in two ways that contradict each other"
        case .unasked: "sent an answer that belongs to no request"
        case .coding(let name):
            "sent its answer in the coding '\(name)', which was not asked for and cannot be read"
        case .damagedCompression(let name): "sent an answer whose \(name) compression is damaged or breaks off"
        case .inflation(let limit): "sent a compressed answer that unpacks to more than \(limit >> 20) MiB"
        case .endless(let limit): "sent more than \(limit >> 20) MiB for one answer"
        case .noMemory: "could not be understood: there is no memory left to unpack its answer"
        }
    }
}
