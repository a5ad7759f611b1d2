import Foundation

/// A folder of a test's own, removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "history-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    subscript(name: String) -> String { path + "/" + name }

    /// Copies a database with its journal, as a kill at this instant would leave them.
    func copyDatabase(_ name: String, to copy: String) throws {
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: self[name + suffix]) {
            try? FileManager.default.removeItem(atPath: self[copy + suffix])
            try FileManager.default.copyItem(atPath: self[name + suffix], toPath: self[copy + suffix])
        }
    }

    /// Bytes of a database and its journal.
    func size(of name: String) throws -> Int {
        try ["", "-wal"].reduce(0) { sum, suffix in
            let path = self[name + suffix]
            guard FileManager.default.fileExists(atPath: path) else { return sum }
            return sum + (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0)
        }
    }
}
