/// A pattern for names: `*` stands for any number of characters, `?` for one; everything else for itself.
///
/// `*` takes `/` too, since model names are no paths. Case counts.
package struct Glob: Sendable, Hashable, CustomStringConvertible {
    private let pattern: [Character]

    package init(_ pattern: String) { self.pattern = Array(pattern) }

    package var description: String { String(pattern) }

    /// Whether the whole name fits. Takes no more steps than pattern length times name length.
    package func matches(_ name: String) -> Bool {
        let name = Array(name)
        var (n, p) = (0, 0)
        // Where to go on when the characters after the last star do not fit.
        var retry: (name: Int, pattern: Int)?
        while n < name.count {
            if p < pattern.count, pattern[p] == "*" {
                retry = (n, p + 1)
                p += 1
            } else if p < pattern.count, pattern[p] == "?" || pattern[p] == name[n] {
                n += 1
                p += 1
            } else if let (start, after) = retry {
                retry = (start + 1, after)
                (n, p) = (start + 1, after)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }
}

/// Which names are wanted: those that some `include` fits (all, when there is none) and no `exclude`.
package struct NameFilter: Sendable, Hashable {
    package var include: [Glob]
    package var exclude: [Glob]

    package init(include: [String] = [], exclude: [String] = []) {
        self.include = include.map { Glob($0) }
        self.exclude = exclude.map { Glob($0) }
    }

    package func admits(_ name: String) -> Bool {
        (include.isEmpty || include.contains { $0.matches(name) }) && !exclude.contains { $0.matches(name) }
    }
}
