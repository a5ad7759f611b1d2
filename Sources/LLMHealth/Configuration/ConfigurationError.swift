import Health

/// Where a value was written.
package struct Origin: Sendable, Hashable, Comparable, CustomStringConvertible {
    enum Place: Sendable, Hashable {
        /// Lines and columns count from 1, columns in Unicode scalars.
        case file(String, line: Int, column: Int)
        /// A variable of the environment.
        case variable(String)
        /// An argument of the command line.
        case argument(String)
        /// Code: only the path of the key is known.
        case code
    }

    let place: Place

    init(_ place: Place) { self.place = place }
    init(file: String, line: Int = 1, column: Int = 1) { place = .file(file, line: line, column: column) }
    static let code = Origin(.code)

    /// `file:line:column`, or the variable's or argument's name.
    package var description: String {
        switch place {
        case .file(let file, let line, let column): "\(file):\(line):\(column)"
        case .variable(let name), .argument(let name): name
        case .code: "configuration"
        }
    }

    /// The folder that relative paths written here start from; empty for the working directory.
    var folder: String {
        guard case .file(let file, _, _) = place, let slash = file.lastIndex(of: "/") else { return "" }
        return String(file[...slash])
    }

    /// A path written here, as seen from the working directory.
    func resolve(path: String) -> String {
        var path = path
        while path.hasPrefix("./") { path.removeFirst(2) }
        return path.hasPrefix("/") ? path : folder + path
    }

    package static func < (a: Origin, b: Origin) -> Bool { a.rank < b.rank }

    private var rank: (String, Int, Int) {
        switch place {
        case .file(let file, let line, let column): (file, line, column)
        case .variable(let name), .argument(let name): (name, 0, 0)
        case .code: ("", 0, 0)
        }
    }
}

/// One thing that is wrong with a configuration: where, what, and what to do.
public struct ConfigurationProblem: Sendable, Hashable, CustomStringConvertible {
    /// `file:line:column`, or the name of the environment variable or argument; `nil` for a value made in code.
    public var location: String? { origin.place == .code ? nil : origin.description }
    /// What is wrong, and what to do; one line, without secrets.
    public let message: String
    package let origin: Origin
    /// The key that it is about; `nil` where that is not known.
    let path: String?
    /// Other keys without which it would perhaps not be there.
    let causes: [String]

    init(_ origin: Origin, _ message: String, path: String? = nil, causes: [String] = []) {
        self.origin = origin
        self.path = path
        self.causes = causes
        self.message = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// The same problem with secrets blotted out.
    func redacting(_ secrets: [Secret]) -> ConfigurationProblem {
        let clean = secrets.reduce(message) { $1.redact($0) }
        return clean == message ? self : ConfigurationProblem(origin, clean, path: path, causes: causes)
    }

    /// Whether it may be there only because a key of the same entry, or a cause, could not be read.
    func isConsequence(of broken: [String]) -> Bool {
        ([path ?? ""] + causes).contains { related in
            let entry = Self.entry(of: related)
            return broken.contains { entry.hasPrefix($0) || Self.entry(of: $0) == entry }
        }
    }

    /// The first two levels of a path: `models[3]`, `providers.openai`.
    private static func entry(of path: String) -> Substring {
        let levels = path.indices.filter { path[$0] == "." || path[$0] == "[" }
        guard levels.count > 1 else { return Substring(path) }
        return path[..<levels[1]]
    }

    /// `file:line:column: message`.
    public var description: String { location.map { "\($0): \(message)" } ?? message }
}

/// All that is wrong with a configuration.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// At most this many problems are listed.
    public static let most = 20

    /// In the order of the files and lines; never empty.
    public let problems: [ConfigurationProblem]
    /// How many more there are than are listed.
    public let more: Int

    init(_ problems: [ConfigurationProblem]) {
        var seen: Set<ConfigurationProblem> = []
        let sorted = problems.filter { seen.insert($0).inserted }.sorted { $0.origin < $1.origin }
        self.problems = Array(sorted.prefix(Self.most))
        more = max(0, sorted.count - Self.most)
    }

    /// One line a problem.
    public var description: String { lines.joined(separator: "\n") }

    /// The lines of ``description``.
    public var lines: [String] {
        problems.map(\.description) + (more > 0 ? ["\(more) more; mend these first"] : [])
    }
}
