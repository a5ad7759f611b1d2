import Foundation

/// The programs that were built together with these tests.
enum Programs {
    static let health = path(of: "llm-health")
    static let simulator = path(of: "llm-simulator")

    /// They lie beside the test bundle: on Linux that is the running executable, on macOS a bundle further up.
    private static func path(of name: String) -> String {
        let starts =
            [Bundle.main.executableURL, URL(fileURLWithPath: CommandLine.arguments[0])].compactMap(\.self)
            + Bundle.allBundles.map(\.bundleURL)
        for start in starts {
            var folder = start.resolvingSymlinksInPath().deletingLastPathComponent()
            while folder.path != "/" {
                let program = folder.appendingPathComponent(name).path
                var isFolder: ObjCBool = false
                if FileManager.default.fileExists(atPath: program, isDirectory: &isFolder), !isFolder.boolValue,
                    FileManager.default.isExecutableFile(atPath: program)
                {
                    return program
                }
                folder.deleteLastPathComponent()
            }
        }
        return name
    }
}
