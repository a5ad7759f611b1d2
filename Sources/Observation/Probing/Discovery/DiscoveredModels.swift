/// What a source is known to list, kept so that models come and go as changes and none vanishes silently.
package struct DiscoveredModels: Sendable, Hashable {
    /// What a newly read list changes.
    package struct Change: Sendable, Hashable {
        /// New names, in the list's order.
        package var added: [String]
        /// Names that are gone, sorted.
        package var removed: [String]
        package var isEmpty: Bool { added.isEmpty && removed.isEmpty }
    }

    /// All that is known, in the order it came.
    package private(set) var names: [String] = []
    private var misses: [String: Int] = [:]
    private let patience: Int

    /// - Parameter patience: lists in a row that a name must be missing from before it counts as gone; default 2.
    package init(patience: Int = 2) { self.patience = max(1, patience) }

    /// Takes in a list that was read whole. An empty one changes nothing.
    package mutating func absorb(_ listed: [String]) -> Change {
        guard !listed.isEmpty else { return Change(added: [], removed: []) }
        let present = Set(listed)
        let known = Set(names)
        var seen: Set<String> = []
        let added = listed.filter { !known.contains($0) && seen.insert($0).inserted }
        for name in names { misses[name] = present.contains(name) ? nil : (misses[name] ?? 0) + 1 }
        let removed = names.filter { misses[$0] ?? 0 >= patience }.sorted()
        for name in removed { misses[name] = nil }
        names = names.filter { !removed.contains($0) } + added
        return Change(added: added, removed: removed)
    }
}
