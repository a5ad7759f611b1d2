import HTTPTypes
import Health
import NIOCore
import Web

extension HealthAPI {
    /// The pages and components, from the binary itself: open to everybody, since they hold no data.
    static let webRoutes: [Route] = WebFile.all.map { file in
        let document = Document(ByteBuffer(staticString: file.text), contentType: file.contentType)
        return Route(.get, file.path, .open, parameters: file.path == "/" ? view : []) { call in
            document.response(to: call.request)
        }
    }

    /// What the page itself reads of its address, so that a view can be shared.
    private static let view = [
        ("model", "Whose report is open."), ("range", "The report's range of time."),
        ("from", "The first instant that the report shows, with to."), ("to", "The instant after the last."),
        ("q", "Words that the models' names hold."), ("show", "The status of the models that are shown."),
        ("sort", "The order of the models."), ("reversed", "1 for the other way round."),
        ("group", "none where the models are not grouped by provider."), ("view", "wall for a big screen."),
    ].map { Parameter($0, $1, schema: ["type": "string"]) }
}
