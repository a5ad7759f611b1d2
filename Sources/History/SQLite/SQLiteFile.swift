// For FileHandle, which the essentials do not have; GRDB brings it in any case.
import Foundation

/// What can be said of a database file before SQLite is asked, in clearer words than its own.
enum SQLiteFile {
    /// Refuses what cannot become a store, and makes a new file that only this user can read: what is told of
    /// providers and errors is nobody else's. SQLite gives its journal the same rights.
    static func prepare(_ path: String) throws(StoreOpenError) {
        try check(path)
        guard !FileManager.default.fileExists(atPath: path) else { return }
        // Never in place of a link, whose target SQLite makes itself. Should it fail, SQLite's own attempt tells why.
        let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }

    private static func check(_ path: String) throws(StoreOpenError) {
        guard !path.isEmpty, path != ":memory:" else {
            throw StoreOpenError(
                path: path.isEmpty ? "''" : path, problem: "this names no file",
                advice: "give the path of a file, such as ./llm-health.db")
        }
        var isFolder = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            if isFolder {
                throw StoreOpenError(
                    path: path, problem: "this is a folder",
                    advice: "give the path of a file in it, such as "
                        + "\(path)/llm-health.db")
            }
            try checkHeader(path)
            return
        }
        let folder = folder(of: path)
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder else {
            throw StoreOpenError(
                path: path, problem: "the folder '\(folder)' does not exist", advice: "create it, or name another path")
        }
    }

    /// SQLite would take a file of a few bytes for an empty database, and overwrite it.
    private static func checkHeader(_ path: String) throws(StoreOpenError) {
        guard let file = FileHandle(forReadingAtPath: path), let head = try? file.read(upToCount: 16),
            !head.isEmpty, head != Data("SQLite format 3\0".utf8)
        else { return }
        throw StoreOpenError(
            path: path, problem: "the file is not a SQLite database",
            advice: "name another file, or move this one away and start again")
    }

    /// The folder of a file; `.` for a bare name.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
