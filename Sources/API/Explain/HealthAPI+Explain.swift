import Health
import Hummingbird

extension HealthAPI {
    func explanation(_ call: Call) throws -> Response {
        let id = try call.query.modelID()
        guard let model = dependencies.publisher.fleet[id]?.finite else { throw Problem.unknownModel(id) }
        let text = dependencies.explain(model, dependencies.time.now.wall)
        return try call.json(Explanation(model: model, text: text))
    }
}
