/// The elements of a text that is well-formed, as far as ours use XML: no comments, no CDATA.
struct PlainXML {
    struct Element {
        var name: String
        var attributes: [String: String] = [:]
        var text = ""
    }
    struct Broken: Error { var reason: String }

    private(set) var elements: [Element] = []

    init(_ source: String) throws {
        for scalar in source.unicodeScalars
        where scalar.value < 32 && !"\n\t\r".unicodeScalars.contains(scalar) || scalar.value == 0xFFFE
            || scalar.value == 0xFFFF
        {
            throw Broken(reason: "a character that XML cannot carry")
        }
        var open: [Int] = []
        var rest = source[...]
        if rest.hasPrefix("<?xml") { rest = rest[(rest.firstIndex(of: ">") ?? rest.startIndex)...].dropFirst() }
        while let start = rest.firstIndex(of: "<") {
            let text = try Self.plain(rest[..<start])
            if let parent = open.last { elements[parent].text += text }
            guard let end = rest[start...].firstIndex(of: ">") else { throw Broken(reason: "a tag without an end") }
            let tag = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            if tag.first == "/" {
                guard let last = open.popLast(), elements[last].name == tag.dropFirst() else {
                    throw Broken(reason: "</\(tag.dropFirst())> ends nothing")
                }
                continue
            }
            let isEmpty = tag.last == "/"
            let name = tag.prefix { !$0.isWhitespace && $0 != "/" }
            guard name.wholeMatch(of: /[A-Za-z][A-Za-z0-9:]*/) != nil else { throw Broken(reason: "<\(tag)>") }
            var element = Element(name: String(name))
            var words = tag.dropFirst(name.count).dropLast(isEmpty ? 1 : 0)
            while let match = words.prefixMatch(of: /\s+([A-Za-z:-][A-Za-z0-9:-]*)="([^"<]*)"/) {
                element.attributes[String(match.output.1)] = try Self.plain(match.output.2)
                words = words[match.range.upperBound...]
            }
            guard words.allSatisfy(\.isWhitespace) else { throw Broken(reason: "<\(tag)>") }
            elements.append(element)
            if !isEmpty { open.append(elements.count - 1) }
        }
        guard open.isEmpty, rest.allSatisfy(\.isWhitespace), !elements.isEmpty else {
            throw Broken(reason: "open at the end")
        }
    }

    private static func plain(_ text: Substring) throws -> String {
        let entities = ["&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'", "&amp;": "&"]
        for match in text.matches(of: /&[^;]*;?/) where entities[String(match.output)] == nil {
            throw Broken(reason: "\(match.output) is no entity")
        }
        return ["&lt;", "&gt;", "&quot;", "&#39;", "&amp;"].reduce(String(text)) { text, entity in
            text.replacing(entity, with: entities[entity] ?? "")
        }
    }
}
