import Hummingbird
import NIOCore

/// The status page and what it loads, from the binary itself.
enum Page {
    /// `/`, `/assets/…` and `/components/…`: open to everybody, since they hold no data.
    static var routes: [Route] {
        embeddedAssets.map { name, text in
            let body = ByteBuffer(staticString: text)
            let document = Document(
                body, contentType: contentType(of: name), hash: BodyHash.of(body.readableBytesView))
            let isPage = name == "assets/index.html"
            // The page itself reads which model's report is open.
            return Route(.get, isPage ? "/" : "/\(name)", .open, parameters: isPage ? ["model"] : []) { call in
                document.response(to: call.request)
            }
        }.sorted { $0.path < $1.path }
    }

    private static func contentType(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        case "ts": "text/plain; charset=utf-8"
        default: "application/octet-stream"
        }
    }
}
