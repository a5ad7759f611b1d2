import Health
import Hummingbird
import NIOCore

/// The status page and what it loads, from the binary itself.
enum Page {
    /// `/`, `/docs`, `/assets/…` and `/components/…`: open to everybody, since they hold no data.
    static let routes: [Route] = embeddedAssets.filter { !$0.key.hasPrefix("schemas/") }.map { name, text in
        let document = Document(ByteBuffer(staticString: text), contentType: contentType(of: name))
        return Route(.get, path(of: name), .open, parameters: parameters(of: name)) { call in
            document.response(to: call.request)
        }
    }.sorted { $0.path < $1.path }

    private static func path(of name: String) -> String {
        switch name {
        case "assets/index.html": "/"
        case "assets/docs.html": "/docs"
        default: "/\(name)"
        }
    }

    /// The page itself reads which model's report is open.
    private static func parameters(of name: String) -> [Parameter] {
        name == "assets/index.html" ? [Parameter("model", "Whose report is open.", schema: ["type": "string"])] : []
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
