/// Finds what somebody may have meant.
enum Spelling {
    /// The nearest of the known words, if it is near enough to be meant: at most a third of the letters differ.
    static func nearest(to word: String, among known: some Sequence<String>) -> String? {
        let folded = Array(word.lowercased())
        guard !folded.isEmpty, folded.count <= 64 else { return nil }
        let limit = max(1, folded.count / 3)
        return known.map { ($0, distance(folded, Array($0.lowercased()))) }
            .filter { $0.1 <= limit }
            .min { ($0.1, $0.0) < ($1.1, $1.0) }?
            .0
    }

    /// Insertions, deletions, replacements and swaps of neighbours that make one word of the other.
    static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1] + Array(repeating: 0, count: b.count)
            for j in b.indices {
                row[j + 1] = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1)
                }
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }

    /// `; did you mean 'x'?`, or what there is to choose from.
    static func hint(for word: String, among known: [String]) -> String {
        if let near = nearest(to: word, among: known) { return "did you mean '\(near)'?" }
        if known.isEmpty { return "there is none to choose from" }
        let shown = known.sorted().prefix(24).joined(separator: ", ")
        return "write one of: \(shown)\(known.count > 24 ? ", …" : "")"
    }
}
