/// The conditions of conditional routing: a small subset of MongoDB's query language over `metadata.*`, `params.*` and
/// `url.pathname`.
struct ConditionQuery: Sendable {
    /// What the conditions look at.
    var context: JSON

    init(metadata: JSON, params: JSON, path: String) {
        context = ["metadata": metadata, "params": params, "url": ["pathname": .string(path)]]
    }

    /// Whether all clauses of a query hold. An empty query holds for everything.
    func matches(_ query: JSON) -> Bool {
        guard let clauses = query.members else { return false }
        return clauses.allSatisfy { clause in
            switch clause.key {
            case "$and": clause.value.array?.allSatisfy(matches) ?? false
            case "$or": clause.value.array?.contains(where: matches) ?? false
            default: holds(value(at: clause.key), clause.value)
            }
        }
    }

    private func value(at path: String) -> JSON? {
        var value: JSON? = context
        for key in path.split(separator: ".") { value = value?[String(key)] }
        return value
    }

    private func holds(_ value: JSON?, _ condition: JSON) -> Bool {
        guard let operators = condition.members else { return value == condition }
        return operators.allSatisfy { entry in
            switch entry.key {
            case "$eq": value == entry.value
            case "$ne": value != entry.value
            case "$gt": compare(value, entry.value) { $0 > $1 }
            case "$gte": compare(value, entry.value) { $0 >= $1 }
            case "$lt": compare(value, entry.value) { $0 < $1 }
            case "$lte": compare(value, entry.value) { $0 <= $1 }
            case "$in": entry.value.array?.contains { $0 == value } ?? false
            case "$nin": !(entry.value.array?.contains { $0 == value } ?? false)
            case "$regex": matchesPattern(value, entry.value)
            default: false
            }
        }
    }

    /// Numbers are also compared when they come as text, as all metadata does.
    private func compare(_ value: JSON?, _ other: JSON, _ holds: (Double, Double) -> Bool) -> Bool {
        guard let a = number(value), let b = number(other) else { return false }
        return holds(a, b)
    }

    private func number(_ value: JSON?) -> Double? { value?.double ?? value?.string.flatMap(Double.init) }

    private func matchesPattern(_ value: JSON?, _ pattern: JSON) -> Bool {
        guard let text = value?.string, let pattern = pattern.string, let regex = try? Regex(pattern) else {
            return false
        }
        return text.firstMatch(of: regex) != nil
    }
}
