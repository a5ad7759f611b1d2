/// The models and sites that a timeline can speak of, as they come and go along its events.
struct ScenarioCast {
    private var models: [Face: Set<String>] = [:]
    private let sites: Set<String>

    init(_ configuration: SimulatorConfiguration) {
        sites = Set(configuration.sites.keys)
        for model in configuration.models { insert(model) }
    }

    mutating func insert(_ model: SimulatedModel) {
        models[model.face, default: []].insert(ModelCatalog.key(model.id, on: model.face))
    }

    /// The face of a model: the one named, or else the only one that has it.
    func face(of model: String, named face: Face?, at path: [any CodingKey]) throws -> Face {
        let having = Face.allCases.filter { models[$0]?.contains(ModelCatalog.key(model, on: $0)) ?? false }
        if let face {
            guard having.contains(face) else {
                throw StrictDecoding.invalid("there is no model '\(model)' on the face '\(face.rawValue)'", at: path)
            }
            return face
        }
        guard let only = having.first else {
            let known = models.values.flatMap(\.self)
            let hint = StrictDecoding.suggestion(for: model, among: known).map { "; did you mean '\($0)'?" } ?? ""
            throw StrictDecoding.invalid("there is no model '\(model)'\(hint)", at: path)
        }
        guard having.count == 1 else {
            let names = having.map(\.rawValue).joined(separator: ", ")
            throw StrictDecoding.invalid("'\(model)' is on several faces (\(names)); say which with 'face'", at: path)
        }
        return only
    }

    func check(site: String, at path: [any CodingKey]) throws {
        guard sites.contains(site) else {
            throw StrictDecoding.invalid("there is no site '\(site)'", at: path)
        }
    }
}

extension Timeline.Event {
    private enum Key: String, CodingKey, CaseIterable {
        case at, model, face, site, behavior, loaded, listening, add, remove
    }

    /// Reads an event: `at`, what it is about (`model`, `face` or `site`), and one change.
    init(from decoder: any Decoder, cast: inout ScenarioCast) throws {
        let container = try StrictDecoding.container(of: decoder, keyedBy: Key.self, what: "timeline")
        at = try container.decode(TextDuration.self, forKey: .at).duration
        let changes = [Key.behavior, .loaded, .listening, .add, .remove].filter(container.contains)
        guard changes.count == 1, let what = changes.first else {
            throw StrictDecoding.invalid(
                "an event has exactly one of behavior, loaded, listening, add, remove", at: container.codingPath)
        }
        let face = try container.decodeIfPresent(Face.self, forKey: .face)
        let model = try container.decodeIfPresent(String.self, forKey: .model)
        func place(_ id: String?, _ key: Key) throws -> (model: String, face: Face) {
            guard let id else { throw StrictDecoding.invalid("'model' is missing", at: container.codingPath) }
            return (id, try cast.face(of: id, named: face, at: container.codingPath + [key]))
        }
        switch what {
        case .behavior:
            let behavior = try container.decode(Behavior.self, forKey: .behavior)
            if let site = try container.decodeIfPresent(String.self, forKey: .site) {
                try cast.check(site: site, at: container.codingPath + [Key.site])
                change = .siteBehavior(behavior, site: site)
            } else if let face, model == nil {
                change = .faceBehavior(behavior == .ok ? nil : behavior, face: face)
            } else {
                let place = try place(model, .model)
                change = .behavior(behavior, model: place.model, face: place.face)
            }
        case .loaded:
            let place = try place(model, .model)
            change = .loaded(try container.decode(Bool.self, forKey: .loaded), model: place.model, face: place.face)
        case .listening:
            guard let face else { throw StrictDecoding.invalid("'face' is missing", at: container.codingPath) }
            change = .listening(try container.decode(Bool.self, forKey: .listening), face: face)
        case .add:
            let added = try container.decode(SimulatedModel.self, forKey: .add)
            cast.insert(added)
            change = .added(added)
        default:
            let place = try place(try container.decode(String.self, forKey: .remove), .remove)
            change = .removed(model: place.model, face: place.face)
        }
    }
}
