import Health

// Values that hold others.

extension Format {
    /// A list of values.
    static func list<Element: Sendable>(_ element: Format<Element>) -> Format where Value == [Element] {
        Format(
            shape: .list(element.shape),
            read: { node, reader in
                guard let items = node.items else {
                    reader.note(node, "takes a list, not \(node.kind); write '- ' before each entry")
                    return nil
                }
                let values = items.enumerated().compactMap { index, item in
                    reader.within(index: index) { reader in
                        reader.origins[reader.path] = item.origin
                        return element.read(item, &reader)
                    }
                }
                // The places of later entries would be told wrongly.
                if values.count < items.count { reader.broken.append(reader.path) }
                return values
            },
            show: { values in
                let shown = values.compactMap(element.show)
                return shown.isEmpty ? nil : "[\(shown.joined(separator: ", "))]"
            })
    }

    /// One value, or a list of them.
    static func oneOrMore<Element: Sendable>(_ element: Format<Element>) -> Format where Value == [Element] {
        let list = Format.list(element)
        return Format(
            shape: .either([element.shape, list.shape]),
            read: { node, reader in
                if case .list = node.content {
                    list.read(node, &reader)
                } else {
                    element.read(node, &reader).map { [$0] }
                }
            }, show: list.show)
    }

    /// Values by name.
    static func map<Element: Sendable>(
        of element: Format<Element>, name: String
    ) -> Format where Value == [String: Element] {
        Format(
            shape: .map(element.shape, name: name),
            read: { node, reader in
                guard let entries = node.entries else {
                    reader.note(node, "takes a map from \(name) to its settings, not \(node.kind)")
                    return nil
                }
                var values: [String: Element] = [:]
                for entry in entries {
                    reader.within(entry.key) { reader in
                        reader.origins[reader.path] = entry.keyOrigin
                        if let value = element.read(entry.value, &reader) { values[entry.key] = value }
                    }
                }
                return values
            }, show: { _ in nil })
    }

    /// A set of cases, written as a list.
    static func set<Element: Sendable & Hashable>(_ element: Format<Element>) -> Format where Value == Set<Element> {
        let list = Format<[Element]>.list(element)
        return Format(
            shape: list.shape, read: { node, reader in list.read(node, &reader).map(Set.init) },
            show: { values in
                values.isEmpty ? nil : "[\(values.compactMap(element.show).sorted().joined(separator: ", "))]"
            })
    }
}

extension Format where Value == JSONValue {
    /// Any JSON value.
    static var json: Format { Format(shape: .anything, read: { node, _ in node.json }, show: { _ in nil }) }
}

extension Format where Value == [ModelTarget.Header] {
    /// Header fields by name; each value may be a secret.
    static var headers: Format {
        Format(
            shape: .map(.secret, name: "header"),
            read: { node, reader in
                guard let entries = node.entries else {
                    reader.note(node, "takes a map from header to value, not \(node.kind)")
                    return nil
                }
                var headers: [ModelTarget.Header] = []
                for entry in entries {
                    guard Self.isToken(entry.key) else {
                        reader.problems.append(
                            ConfigurationProblem(
                                entry.keyOrigin,
                                "\(reader.path): '\(entry.key)' is no name of a header; "
                                    + "use letters, digits and hyphens"))
                        continue
                    }
                    reader.within(entry.key) { reader in
                        if let value = Format<Secret>.secret.read(entry.value, &reader) {
                            headers.append(.init(name: entry.key, value: value))
                        }
                    }
                }
                return headers
            }, show: { _ in nil })
    }

    /// RFC 9110 §5.6.2.
    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }
}
