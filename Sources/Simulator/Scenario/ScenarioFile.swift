import Yams

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads scenario files.
package enum ScenarioFile {
    /// Reads a file. Throws ``ScenarioError``, which names the file and the line.
    package static func load(_ path: String) throws(ScenarioError) -> SimulatorConfiguration {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw ScenarioError(file: path, message: "cannot be read; is the path right?")
        }
        return try parse(String(decoding: data, as: UTF8.self), file: path)
    }

    /// Reads the text of a scenario.
    /// - Parameter file: the name that errors are to show.
    package static func parse(_ text: String, file: String) throws(ScenarioError) -> SimulatorConfiguration {
        let node: Node
        do {
            guard let composed = try Yams.compose(yaml: text) else {
                throw ScenarioError(file: file, message: "is empty; it needs at least 'models'")
            }
            node = composed
        } catch let error as ScenarioError {
            throw error
        } catch {
            throw ScenarioError(error, file: file)
        }
        do {
            return try YAMLDecoder().decode(Scenario.self, from: node).configuration
        } catch let error as DecodingError {
            let problem = DecodingProblem(error)
            let mark = position(of: problem.path, in: node)
            throw ScenarioError(file: file, line: mark?.line, column: mark?.column, message: problem.description)
        } catch {
            throw ScenarioError(file: file, message: "\(error)")
        }
    }

    /// Where the value of a path stands; of a value in a mapping, where its key stands. For a path that leads nowhere,
    /// where the last step that exists stands.
    private static func position(of path: [DecodingProblem.PathStep], in root: Node) -> Mark? {
        var node = root
        var mark = root.mark
        for step in path {
            switch step {
            case .key(let name):
                guard let mapping = node.mapping, let entry = mapping.first(where: { $0.key.string == name }) else {
                    return mark
                }
                mark = entry.key.mark ?? mark
                node = entry.value
            case .index(let index):
                guard let sequence = node.sequence, sequence.indices.contains(index) else { return mark }
                node = sequence[index]
                mark = node.mark ?? mark
            }
        }
        return mark
    }
}

/// What is wrong with a scenario file: `demo.yaml:12:7: models[2].behavior: unknown fault 'hangs'; …`.
package struct ScenarioError: Error, Sendable, Equatable, CustomStringConvertible {
    package var file: String
    /// From 1; nil when the whole file is meant.
    package var line: Int?
    package var column: Int?
    package var message: String

    init(file: String, line: Int? = nil, column: Int? = nil, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    /// From an error of the YAML parser.
    init(_ error: any Error, file: String) {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            self.init(file: file, line: mark.line, column: mark.column, message: "is no YAML: \(problem)")
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.joined(separator: ", ")
            self.init(
                file: file, line: context.mark.line, column: context.mark.column,
                message: "keys stand here twice: \(keys)")
        default: self.init(file: file, message: "is no YAML: \(error)")
        }
    }

    package var description: String {
        let place = [file, line.map(String.init), column.map(String.init)].compactMap(\.self).joined(separator: ":")
        return "\(place): \(message)"
    }
}
