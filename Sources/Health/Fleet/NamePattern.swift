/// A name pattern with `*` for any characters, `/` included, and `?` for exactly one.
package struct NamePattern: Sendable, Hashable {
    private let pattern: [Character]

    package init(_ text: String) { pattern = Array(text) }

    /// Linear in the name for each star: the last star is the only place ever returned to.
    package func matches(_ name: String) -> Bool {
        let name = Array(name)
        var (i, j) = (0, 0)
        var star: (pattern: Int, name: Int)?
        while j < name.count {
            if i < pattern.count, pattern[i] == "*" {
                star = (i, j)
                i += 1
            } else if i < pattern.count, pattern[i] == "?" || pattern[i] == name[j] {
                i += 1
                j += 1
            } else if let last = star {
                star = (last.pattern, last.name + 1)
                i = last.pattern + 1
                j = last.name + 1
            } else {
                return false
            }
        }
        return pattern[i...].allSatisfy { $0 == "*" }
    }
}
