/// The reference of all keys, as Markdown tables; made of the same tables of keys that the reader walks.
package enum ConfigurationReference {
    package static let start = "<!-- keys: made by `llm-health schema --reference` -->"
    package static let end = "<!-- end of keys -->"

    /// A heading and a table for each section, with both markers.
    package static var markdown: String {
        var text = start + "\n"
        var written: [String: String] = [:]
        write(Configuration.section.shape, path: "", into: &text, &written)
        return text + "\n" + end + "\n"
    }

    /// - Parameter written: the paths of sections by their text; one that was written already is only named.
    private static func write(
        _ section: SectionShape, path: String, into text: inout String, _ written: inout [String: String]
    ) {
        text +=
            "\n### \(path.isEmpty ? "The top" : "`\(path)`")\n\n| key | takes | default | meaning |\n|---|---|---|---|\n"
        var inner: [(SectionShape, String)] = []
        for key in section.keys {
            let range = key.shape.range.map { " (\($0))" } ?? ""
            let standard = key.isRequired ? "**required**" : key.standard.map(quoted) ?? "–"
            text += "| `\(key.name)` | \(cell(key.shape.title + range)) | \(cell(standard)) | \(cell(key.meaning)) |\n"
            if let (section, suffix) = key.shape.inner {
                inner.append((section, (path.isEmpty ? "" : path + ".") + key.name + suffix))
            }
        }
        for (section, path) in inner {
            let identity = "\(section)"
            if let first = written[identity] {
                text += "\n`\(path)` is written as `\(first)` is.\n"
            } else {
                written[identity] = path
                write(section, path: path, into: &text, &written)
            }
        }
    }

    /// Values in code type, sentences as they are.
    private static func quoted(_ standard: String) -> String {
        standard.contains("`") || standard.contains(" ") && !standard.hasPrefix("[") ? standard : "`\(standard)`"
    }

    private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}

extension Shape {
    /// The section within, and how the way to it is written.
    fileprivate var inner: (SectionShape, String)? {
        switch self {
        case .section(let section): (section, "")
        case .list(let element): element.inner.map { ($0, "[]" + $1) }
        case .map(let value, let name): value.inner.map { ($0, ".<\(name)>" + $1) }
        case .either(let shapes): shapes.lazy.compactMap(\.inner).first
        default: nil
        }
    }
}
