#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where the configuration is looked for when nobody says.
package enum ConfigurationFiles {
    package static let standardName = "llm-health.yaml"

    /// - Parameters:
    ///   - arguments: what the command line names; it wins.
    ///   - environment: `LLM_HEALTH_CONFIG` names files or folders, separated by colons.
    /// - Returns: the paths to read; empty when there is nothing, which means the standard ports are looked at.
    package static func find(
        arguments: [String], environment: [String: String],
        exists: (String) -> Bool = { FileManager.default.fileExists(atPath: $0) }
    ) -> [String] {
        if !arguments.isEmpty { return arguments }
        let named = environment["LLM_HEALTH_CONFIG", default: ""].split(separator: ":").map(String.init)
        if !named.isEmpty { return named }
        return exists(standardName) ? [standardName] : []
    }
}
