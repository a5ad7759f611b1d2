/// A table for people: columns aligned, and made to fit by shortening and, last, leaving out.
package struct TextTable: Sendable {
    package struct Column: Sendable {
        package enum Alignment: Sendable { case left, right }

        package var title: String
        package var alignment: Alignment
        /// The width that is kept for it as long as other columns can be left out instead; default its least.
        package var comfortable: Int?
        /// What it may be shortened to when nothing can be left out any more; `nil` when it is never shortened.
        package var least: Int?
        /// Columns with higher numbers are left out first where the table does not fit; 0 never.
        package var dispensability: Int
        /// Whether what is too long is cut in the middle rather than at the end.
        package var isCutInMiddle: Bool

        package init(
            _ title: String, _ alignment: Alignment = .left, comfortable: Int? = nil, least: Int? = nil,
            dispensability: Int = 0, isCutInMiddle: Bool = false
        ) {
            self.title = title
            self.alignment = alignment
            self.comfortable = comfortable
            self.least = least
            self.dispensability = dispensability
            self.isCutInMiddle = isCutInMiddle
        }
    }

    package struct Cell: Sendable, ExpressibleByStringLiteral {
        package var text: String
        package var style: TextStyle?

        package init(_ text: String, _ style: TextStyle? = nil) {
            self.text = DisplayWidth.sanitized(text)
            self.style = style
        }
        package init(stringLiteral value: String) { self.init(value) }
    }

    package let columns: [Column]
    package private(set) var rows: [[Cell]] = []
    private static let gap = 2

    package init(_ columns: [Column]) { self.columns = columns }

    /// - Parameter cells: one for each column.
    package mutating func append(_ cells: [Cell]) { rows.append(cells) }

    /// The lines, the title line first; none is wider than the terminal, and none ends in blanks.
    package func lines(for terminal: Terminal) -> [String] {
        let (shown, widths) = layout(within: terminal.width)
        let header = shown.map { Cell(columns[$0].title, .faint) }
        return ([header] + rows.map { row in shown.map { row[$0] } }).map { cells in
            line(cells, shown, widths, terminal)
        }
    }

    private func line(_ cells: [Cell], _ shown: [Int], _ widths: [Int], _ terminal: Terminal) -> String {
        var text = ""
        var pending = 0
        for (position, cell) in cells.enumerated() {
            if position > 0 { pending += Self.gap }
            let cut = columns[shown[position]].isCutInMiddle ? DisplayWidth.fitMiddle : DisplayWidth.fit
            let fitted = cut(cell.text, widths[position], terminal.ellipsis)
            let padding = widths[position] - DisplayWidth.of(fitted)
            if columns[shown[position]].alignment == .right { pending += padding }
            if !fitted.isEmpty {
                text += String(repeating: " ", count: pending)
                pending = 0
                text += cell.style?.apply(to: fitted, on: terminal) ?? fitted
            }
            if columns[shown[position]].alignment == .left { pending += padding }
        }
        return text
    }

    /// Which columns are shown and how wide each is.
    private func layout(within limit: Int?) -> (shown: [Int], widths: [Int]) {
        var shown = Array(columns.indices)
        let natural = columns.indices.map { index in
            rows.reduce(DisplayWidth.of(columns[index].title)) { max($0, DisplayWidth.of($1[index].text)) }
        }
        guard let limit else { return (shown, natural) }
        func least(_ index: Int) -> Int { min(natural[index], columns[index].least ?? natural[index]) }
        func comfortable(_ index: Int) -> Int { min(natural[index], columns[index].comfortable ?? least(index)) }
        func total(_ width: (Int) -> Int) -> Int { shown.reduce(-Self.gap) { $0 + width($1) + Self.gap } }
        while total(comfortable) > limit,
            let out = shown.max(by: { columns[$0].dispensability < columns[$1].dispensability }),
            columns[out].dispensability > 0
        {
            shown.removeAll { $0 == out }
        }
        var widths = shown.map(least)
        var spare = limit - total(least)
        if spare < 0 {
            // Narrower than anything sensible: the last columns give way.
            for position in widths.indices.reversed() where spare < 0 {
                let cut = min(widths[position] - 1, -spare)
                widths[position] -= max(0, cut)
                spare += max(0, cut)
            }
        }
        // What is left goes to the columns in their order, so that names are whole before sentences are.
        for (position, index) in shown.enumerated() where spare > 0 {
            let more = min(spare, natural[index] - widths[position])
            widths[position] += more
            spare -= more
        }
        return (shown, widths)
    }
}
