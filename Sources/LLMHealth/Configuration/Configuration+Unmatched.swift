import Health

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// A name or pattern that fits none of the models that are written: often a slip of the pen, and never an error, as
/// models may be found later.
package struct UnmatchedName: Sendable, Hashable, Encodable, CustomStringConvertible {
    /// Such as `maintenance[0].models`.
    package var key: String
    package var name: String
    /// What may have been meant.
    package var nearest: String?

    package var description: String {
        "\(key): '\(name)' fits no model that is named here" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
    }
}

extension Configuration {
    /// Where a word on models is of none that is written, in what is not over.
    ///
    /// - Throws: what does not fit together, as ``modelConfigs()``.
    package func unmatchedNames(at now: Date) throws(ConfigurationError) -> [UnmatchedName] {
        let known = try modelConfigs().map(\.id.rawValue) + disabledModels.map(\.rawValue)
        var places: [(key: String, names: [String])] = []
        for (key, said) in [("maintenance", maintenance), ("announcements", announcements)] {
            for (index, one) in said.enumerated() where !one.isOver(at: now) {
                places.append(("\(key)[\(index)].models", one.models.map(\.rawValue)))
            }
        }
        for (index, group) in statusPage.groups.enumerated() {
            places.append(("statusPage.groups[\(index)].models", group.models))
        }
        places.append(("statusPage.names", statusPage.names.keys.sorted()))
        places.append(("server.publicBadges", server.publicBadges))
        return places.flatMap { place in
            place.names.filter { name in
                let pattern = NamePattern(name)
                return !known.contains { $0 == name || pattern.matches($0) }
            }.map { UnmatchedName(key: place.key, name: $0, nearest: Spelling.nearest(to: $0, among: known)) }
        }
    }
}
