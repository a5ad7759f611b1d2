#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Files that are configuration: small, and text.
enum ConfigurationText {
    /// - Parameter what: names its purpose for people.
    /// - Returns: the text, `nil` with a problem.
    static func read(_ file: String, as what: String, problems: inout [ConfigurationProblem]) -> String? {
        let origin = Origin(file: file)
        guard let data = try? Data(contentsOf: URL(filePath: file)) else {
            problems.append(
                ConfigurationProblem(origin, "the \(what) cannot be read; check the path and its permissions"))
            return nil
        }
        guard data.count <= YAMLText.largestFile else {
            problems.append(ConfigurationProblem(origin, "is larger than 4 MiB, which no \(what) is; check the path"))
            return nil
        }
        guard let text = String(bytes: data, encoding: .utf8) else {
            problems.append(ConfigurationProblem(origin, "is not UTF-8; save it in that encoding"))
            return nil
        }
        return text
    }
}
