import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The least that a server can do: the same framework and socket, one route, bytes that never change.
///
/// `bare-server FILE PORT`: what it answers a second is the ceiling for any answer of that size.
@main
struct BareServer {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let port = Int(arguments[2]) else {
            FileHandle.standardError.write(Data("usage: bare-server FILE PORT\n".utf8))
            exit(64)
        }
        let body = ByteBuffer(bytes: try Data(contentsOf: URL(filePath: arguments[1])))
        let router = Router()
        router.get("/") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "application/json", .contentLength: "\(body.readableBytes)"],
                body: .init(byteBuffer: body))
        }
        try await Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: port))).run()
    }
}
