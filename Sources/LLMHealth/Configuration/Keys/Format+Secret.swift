import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Format where Value == Secret {
    /// A key or token: a plain text, or where to find it. Nothing of it is ever part of a message.
    static var secret: Format {
        Format(
            shape: .secret,
            read: { node, reader in
                switch node.content {
                case .scalar(let scalar): SecretSource.text(scalar.text).read(node, &reader)
                case .map(let entries) where entries.count == 1:
                    SecretSource(entries[0], &reader).flatMap { $0.read(entries[0].value, &reader) }
                default:
                    {
                        reader.note(
                            node, "takes one of {env: NAME}, {file: PATH} and {value: TEXT}, or a plain text")
                        return nil
                    }()
                }
            }, show: { _ in nil })
    }
}

/// Where a secret is kept.
private enum SecretSource {
    case text(String)
    case variable(String)
    case file(String)

    /// Longer than any key, and short enough to notice that the file is another.
    private static let largestFile = 65_536

    init?(_ entry: ConfigurationNode.Entry, _ reader: inout ConfigurationReader) {
        guard let text = entry.value.scalar?.text else {
            reader.note(entry.value, "takes {env: NAME}, {file: PATH} or {value: TEXT} with a text inside")
            return nil
        }
        switch entry.key {
        case "env": self = .variable(text)
        case "file": self = .file(text)
        case "value": self = .text(text)
        default:
            let hint = Spelling.hint(for: entry.key, among: ["env", "file", "value"])
            let problem = "unknown key in '\(reader.path)', which takes a secret; \(hint)"
            reader.problems.append(ConfigurationProblem(entry.keyOrigin, problem))
            return nil
        }
    }

    func read(_ node: ConfigurationNode, _ reader: inout ConfigurationReader) -> Secret? {
        var value: String
        let place: String
        switch self {
        case .text(let text):
            (value, place) = (text, "the secret")
        case .variable(let name):
            guard Variables.isName(name) else {
                reader.note(
                    node,
                    "'env' takes the name of an environment variable, such as OPENAI_API_KEY; "
                        + "a secret itself is written as {value: …}")
                return nil
            }
            guard let found = reader.environment[name] else {
                reader.note(node, Variables.missing(name, hint: "give the secret as {file: …}"))
                return nil
            }
            (value, place) = (found, "the variable")
        case .file(let path):
            let path = node.origin.resolve(path: path)
            guard let found = Self.contents(of: path) else {
                reader.note(node, "the file '\(path)' cannot be read; check the path and its permissions")
                return nil
            }
            reader.files.append(path)
            (value, place) = (found, "the file '\(path)'")
            while value.last?.isWhitespace == true { value.removeLast() }
        }
        if value.isEmpty {
            reader.note(node, "\(place) is empty; put the secret there, or remove the key")
            return nil
        }
        if value.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
            reader.note(node, "\(place) holds a line break or control character, which no header can carry; remove it")
            return nil
        }
        let secret = Secret(value)
        reader.secrets.append(secret)
        return secret
    }

    private static func contents(of path: String) -> String? {
        guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= largestFile else { return nil }
        return String(bytes: data, encoding: .utf8)
    }
}
