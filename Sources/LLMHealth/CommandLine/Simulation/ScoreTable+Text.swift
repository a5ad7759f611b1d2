import Trials

extension ScoreTable {
    /// For people: one figure a line, as these tables are wider than any terminal.
    func text(for terminal: Terminal) -> String {
        var lines = [TextStyle.strong.apply(to: title, on: terminal)]
        let width = columns.dropFirst().map(\.count).max() ?? 0
        for row in rows {
            lines.append("  " + (row.first.map { $0.isEmpty ? title : $0 } ?? ""))
            for (column, figure) in zip(columns, row).dropFirst() where figure != "–" {
                let name = column + String(repeating: " ", count: width - column.count)
                lines.append("    \(TextStyle.faint.apply(to: name, on: terminal))  \(figure)")
            }
        }
        return lines.joined(separator: "\n") + "\n\n"
    }
}
