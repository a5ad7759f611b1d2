extension ConfigurationNode {
    /// Both trees in one: maps merged, lists appended; two different values for one key are a problem.
    func merging(_ other: ConfigurationNode, path: String, problems: inout [ConfigurationProblem]) -> ConfigurationNode
    {
        switch (content, other.content) {
        case (.nothing, _): return other
        case (_, .nothing): return self
        case (.map(let mine), .map(let theirs)):
            var entries = mine
            var positions = Dictionary(mine.enumerated().map { ($1.key, $0) }) { first, _ in first }
            for entry in theirs {
                if let at = positions[entry.key] {
                    let inner = path.isEmpty ? entry.key : "\(path).\(entry.key)"
                    entries[at].value = entries[at].value.merging(entry.value, path: inner, problems: &problems)
                } else {
                    positions[entry.key] = entries.count
                    entries.append(entry)
                }
            }
            return ConfigurationNode(.map(entries), origin)
        case (.list(let mine), .list(let theirs)):
            return ConfigurationNode(.list(mine + theirs), origin)
        case (.scalar(let mine), .scalar(let theirs)) where mine.text == theirs.text:
            return self
        default:
            problems.append(
                ConfigurationProblem(other.origin, "'\(path)' is already set in \(origin); keep it in one file"))
            return self
        }
    }
}
