import Foundation

/// A folder of a test's own, removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        // Resolved, since the programs may tell paths as the system sees them.
        let folder = URL(fileURLWithPath: NSTemporaryDirectory()).resolvingSymlinksInPath().path
        path = "\(folder)/end-to-end-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    subscript(name: String) -> String { path + "/" + name }

    func write(_ text: String, to name: String) throws { try write(Data(text.utf8), to: name) }

    /// In one piece, so that nobody reads half of it.
    func write(_ data: Data, to name: String) throws {
        try data.write(to: URL(fileURLWithPath: self[name]), options: .atomic)
    }

    /// Everything below, by relative path; folders and links without content.
    func contents() throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: path)
        return Dictionary(
            uniqueKeysWithValues: names.map { ($0, FileManager.default.contents(atPath: self[$0]) ?? Data()) })
    }

    /// Copies a database with its journal as they lie there.
    func copyDatabase(_ name: String, to copy: String) throws {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: self[copy + suffix]) }
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: self[name + suffix]) {
            try FileManager.default.copyItem(atPath: self[name + suffix], toPath: self[copy + suffix])
        }
    }
}
