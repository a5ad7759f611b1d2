import Health

extension FleetExposition {
    /// The fleet's metrics and the process's own in one exposition, in which no metric is described twice.
    ///
    /// - Parameters:
    ///   - fleetText: what ``text(of:)`` made of `fleet`.
    ///   - more: what belongs to the fleet and not to its revision.
    ///   - process: Prometheus text of other metrics; where a name is in both, its samples join the fleet's.
    static func merge(
        _ fleetText: String, of fleet: FleetHealth, and more: [PrometheusText], with process: String
    ) -> String {
        let process = process.isEmpty || process.hasSuffix("\n") ? process : process + "\n"
        let declared = Set(process.split(separator: "\n").compactMap { Line($0).declaredName })
        guard declared.contains(where: { name in names.contains(String(name)) || more.contains { $0.name == name } })
        else { return fleetText + text(of: more) + process }

        var families = Dictionary(uniqueKeysWithValues: (families(of: fleet) + more).map { ($0.name, $0) })
        var rest = ""
        for text in process.split(separator: "\n") {
            let line = Line(text)
            guard let name = line.declaredName ?? line.sample?.name, families[String(name)] != nil else {
                rest += text + "\n"
                continue
            }
            if let sample = line.sample { families[String(name)]?.add(line: sample.key, value: sample.value) }
        }
        return Self.text(of: Array(families.values)) + rest
    }

    /// The names that the fleet's metrics have, whatever the fleet.
    private static let names = Set(families(of: .empty).map(\.name))

    private struct Line {
        /// Of a HELP or TYPE line.
        var declaredName: Substring?
        var sample: (name: Substring, key: String, value: String)?

        init(_ text: Substring) {
            if text.hasPrefix("# HELP ") || text.hasPrefix("# TYPE ") {
                declaredName = text.dropFirst(7).prefix { $0 != " " }
            } else if !text.hasPrefix("#"), let end = Self.keyEnd(of: text) {
                let value = text[end...].drop { $0 == " " }
                sample = (text.prefix { $0 != "{" && $0 != " " }, String(text[..<end]), String(value))
            }
        }

        /// Where name and labels end: behind the brace that closes the labels, which may hold braces and spaces too.
        private static func keyEnd(of text: Substring) -> Substring.Index? {
            guard let brace = text.firstIndex(where: { $0 == "{" || $0 == " " }), text[brace] == "{" else {
                return text.firstIndex(of: " ")
            }
            var isQuoted = false
            var isEscaped = false
            for index in text[brace...].indices {
                switch text[index] {
                case _ where isEscaped: isEscaped = false
                case "\\": isEscaped = true
                case "\"": isQuoted.toggle()
                case "}" where !isQuoted: return text.index(after: index)
                default: break
                }
            }
            return nil
        }
    }
}
