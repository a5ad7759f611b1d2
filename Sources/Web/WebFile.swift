/// A file of the pages and components, as it is handed out.
///
/// They hold no data, so everybody may have them.
package struct WebFile: Sendable {
    /// `/`, `/docs`, `/assets/…` or `/components/…`.
    package let path: String
    package let contentType: String
    package let text: StaticString

    /// Every file there is, in the order of the paths.
    package static let all = embeddedAssets.map { WebFile(name: $0, text: $1) }.sorted { $0.path < $1.path }

    private init(name: String, text: StaticString) {
        self.text = text
        path =
            switch name {
            case "assets/index.html": "/"
            case "assets/docs.html": "/docs"
            default: "/\(name)"
            }
        contentType =
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
