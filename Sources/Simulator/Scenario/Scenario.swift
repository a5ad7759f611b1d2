import Basics

/// A scenario file: the models of each face, how they behave at the start, and what changes when.
struct Scenario: Sendable, Equatable {
    var configuration: SimulatorConfiguration
}

extension Scenario: Decodable {
    private enum Key: String, CodingKey, CaseIterable {
        case host, ports, apiKeys, keyLimits, lmStudio, ollama, trustedHosts, sites, models, timeline
        case period = "repeat"
    }

    private enum OllamaKey: String, CodingKey, CaseIterable { case version }
    private enum LMStudioKey: String, CodingKey, CaseIterable { case generation, loadsOnDemand, evictsOnDemand }

    init(from decoder: any Decoder) throws {
        let container = try StrictDecoding.container(of: decoder, keyedBy: Key.self, what: "scenario")
        configuration = SimulatorConfiguration()
        configuration.host = try container.decodeIfPresent(String.self, forKey: .host) ?? configuration.host
        try Self.decodePorts(container, into: &configuration)
        configuration.apiKeys = try Self.byFace(String.self, container, .apiKeys)
        configuration.keyLimits = try Self.byFace(KeyLimit.self, container, .keyLimits)
        configuration.trustedHosts =
            try container.decodeIfPresent([String].self, forKey: .trustedHosts) ?? configuration.trustedHosts
        if container.contains(.ollama) {
            let ollama = try StrictDecoding.container(
                of: container.superDecoder(forKey: .ollama), keyedBy: OllamaKey.self, what: "ollama")
            configuration.ollamaVersion =
                try ollama.decodeIfPresent(String.self, forKey: .version) ?? configuration.ollamaVersion
        }
        if container.contains(.lmStudio) {
            configuration.lmStudio = try Self.lmStudio(container.superDecoder(forKey: .lmStudio))
        }
        configuration.sites = try container.decodeIfPresent([String: Behavior].self, forKey: .sites) ?? [:]
        configuration.models = try container.decodeIfPresent([SimulatedModel].self, forKey: .models) ?? []
        try Self.checkModels(configuration.models, at: container.codingPath + [Key.models])

        var cast = ScenarioCast(configuration)
        if container.contains(.timeline) {
            var list = try container.nestedUnkeyedContainer(forKey: .timeline)
            while !list.isAtEnd {
                configuration.timeline.events.append(try Timeline.Event(from: list.superDecoder(), cast: &cast))
            }
        }
        if let period = try container.decodeIfPresent(TextDuration.self, forKey: .period)?.duration {
            let path = container.codingPath + [Key.period]
            guard period > .zero else { throw StrictDecoding.invalid("repeat has to be above 0s", at: path) }
            if let late = configuration.timeline.events.first(where: { $0.at >= period }) {
                throw StrictDecoding.invalid(
                    "an event at \(DurationText.write(late.at)) never comes when everything repeats after \(DurationText.write(period))",
                    at: path)
            }
            configuration.timeline.period = period
        }
    }

    private static func decodePorts(
        _ container: KeyedDecodingContainer<Key>, into configuration: inout SimulatorConfiguration
    ) throws {
        let ports = try container.decodeIfPresent([String: Int].self, forKey: .ports) ?? [:]
        for (name, port) in ports.sorted(by: { $0.key < $1.key }) {
            let path = container.codingPath + [Key.ports, PathKey(name)]
            guard (0...65_535).contains(port) else {
                throw StrictDecoding.invalid("\(port) is no port; 0…65535, 0 for any free one", at: path)
            }
            if name == "control" {
                configuration.controlPort = port
            } else {
                configuration.ports[try face(named: name, at: path, or: "control")] = port
            }
        }
    }

    private static func byFace<Value: Decodable>(
        _ type: Value.Type, _ container: KeyedDecodingContainer<Key>, _ key: Key
    ) throws -> [Face: Value] {
        var values: [Face: Value] = [:]
        for (name, value) in try container.decodeIfPresent([String: Value].self, forKey: key) ?? [:] {
            values[try face(named: name, at: container.codingPath + [key, PathKey(name)])] = value
        }
        return values
    }

    private static func face(named name: String, at path: [any CodingKey], or more: String? = nil) throws -> Face {
        if let face = Face(rawValue: name) { return face }
        let known = Face.allCases.map(\.rawValue) + (more.map { [$0] } ?? [])
        throw StrictDecoding.invalid("unknown face '\(name)' (known: \(known.joined(separator: ", ")))", at: path)
    }

    private static func lmStudio(_ decoder: any Decoder) throws -> LMStudioSettings {
        let container = try StrictDecoding.container(of: decoder, keyedBy: LMStudioKey.self, what: "lmStudio")
        var settings = LMStudioSettings()
        settings.generation =
            try container.decodeIfPresent(LMStudioSettings.Generation.self, forKey: .generation) ?? settings.generation
        settings.loadsOnDemand =
            try container.decodeIfPresent(Bool.self, forKey: .loadsOnDemand) ?? settings.loadsOnDemand
        settings.evictsOnDemand =
            try container.decodeIfPresent(Bool.self, forKey: .evictsOnDemand) ?? settings.evictsOnDemand
        return settings
    }

    private static func checkModels(_ models: [SimulatedModel], at path: [any CodingKey]) throws {
        var seen: Set<String> = []
        for (index, model) in models.enumerated()
        where !seen.insert("\(model.face.rawValue) \(ModelCatalog.key(model.id, on: model.face))").inserted {
            throw StrictDecoding.invalid(
                "the model '\(model.id)' is on the face '\(model.face.rawValue)' twice", at: path + [PathKey(index)])
        }
    }
}

/// A step of a coding path that is made by hand.
struct PathKey: CodingKey {
    var stringValue: String
    var intValue: Int?

    init(_ name: String) { stringValue = name }
    init(_ index: Int) {
        stringValue = "Index \(index)"
        intValue = index
    }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { self.init(intValue) }
}
