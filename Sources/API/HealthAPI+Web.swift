import HTTPTypes
import Health
import NIOCore
import Web

extension HealthAPI {
    /// The pages and components, from the binary itself: open to everybody, since they hold no data.
    static let webRoutes: [Route] = WebFile.all.map { file in
        let document = Document(ByteBuffer(staticString: file.text), contentType: file.contentType)
        // The page itself reads which model's report is open.
        let parameters =
            file.path == "/" ? [Parameter("model", "Whose report is open.", schema: ["type": "string"])] : []
        return Route(.get, file.path, .open, parameters: parameters) { call in document.response(to: call.request) }
    }
}
