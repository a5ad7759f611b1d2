extension JSON {
    /// Why a text is not JSON, and at which byte.
    struct SyntaxError: Error, Sendable, Equatable {
        var message: String
        var offset: Int
    }

    /// Parses one JSON text (RFC 8259); anything after it but white space is an error.
    init(parsing text: String) throws(SyntaxError) {
        try self.init(parsing: Array(text.utf8))
    }

    /// Parses one JSON text given as UTF-8.
    init(parsing bytes: [UInt8]) throws(SyntaxError) {
        var parser = Parser(bytes: bytes)
        self = try parser.parseDocument()
    }

    private struct Parser {
        let bytes: [UInt8]
        var position = 0
        var depth = 0

        /// Deeper nesting than any API body has; it guards the stack.
        static let maximumDepth = 200

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func parseDocument() throws(SyntaxError) -> JSON {
            skipSpace()
            let value = try parseValue()
            skipSpace()
            guard position == bytes.count else { throw error("unexpected text after the value") }
            return value
        }

        private func error(_ message: String) -> SyntaxError { SyntaxError(message: message, offset: position) }

        private mutating func skipSpace() {
            while position < bytes.count {
                switch bytes[position] {
                case 0x20, 0x09, 0x0A, 0x0D: position += 1
                default: return
                }
            }
        }

        private mutating func parseValue() throws(SyntaxError) -> JSON {
            guard position < bytes.count else { throw error("unexpected end") }
            switch bytes[position] {
            case UInt8(ascii: "{"): return try parseObject()
            case UInt8(ascii: "["): return try parseArray()
            case UInt8(ascii: "\""): return .string(try parseString())
            case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
            case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
            case UInt8(ascii: "n"): return try parseWord("null", .null)
            default: return try parseNumber()
            }
        }

        private mutating func parseWord(_ word: StaticString, _ value: JSON) throws(SyntaxError) -> JSON {
            let count = word.utf8CodeUnitCount
            let matches = word.withUTF8Buffer { expected in
                position + count <= bytes.count && bytes[position..<(position + count)].elementsEqual(expected)
            }
            guard matches else { throw error("unexpected character") }
            position += count
            return value
        }

        private mutating func parseNumber() throws(SyntaxError) -> JSON {
            let start = position
            if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
            let integer = skipDigits()
            guard integer > 0 else { throw error("unexpected character") }
            let first = bytes[position - integer]
            guard integer == 1 || first != UInt8(ascii: "0") else { throw error("a number has a leading zero") }
            if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
                position += 1
                guard skipDigits() > 0 else { throw error("digits expected") }
            }
            if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
                position += 1
                if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-")
                {
                    position += 1
                }
                guard skipDigits() > 0 else { throw error("digits expected") }
            }
            return .number(String(decoding: bytes[start..<position], as: UTF8.self))
        }

        private mutating func skipDigits() -> Int {
            let start = position
            while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
                position += 1
            }
            return position - start
        }

        private mutating func parseArray() throws(SyntaxError) -> JSON {
            try enter()
            defer { depth -= 1 }
            var values: [JSON] = []
            skipSpace()
            if take("]") { return .array(values) }
            while true {
                skipSpace()
                values.append(try parseValue())
                skipSpace()
                if take("]") { return .array(values) }
                guard take(",") else { throw error("',' or ']' expected") }
            }
        }

        private mutating func parseObject() throws(SyntaxError) -> JSON {
            try enter()
            defer { depth -= 1 }
            var members: [Member] = []
            skipSpace()
            if take("}") { return .object(members) }
            while true {
                skipSpace()
                guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                    throw error("a name expected")
                }
                let key = try parseString()
                skipSpace()
                guard take(":") else { throw error("':' expected") }
                skipSpace()
                let value = try parseValue()
                // As in JavaScript, the last of two equal names wins and keeps the first one's place.
                if let position = members.firstIndex(where: { $0.key == key }) {
                    members[position].value = value
                } else {
                    members.append(Member(key: key, value: value))
                }
                skipSpace()
                if take("}") { return .object(members) }
                guard take(",") else { throw error("',' or '}' expected") }
            }
        }

        private mutating func enter() throws(SyntaxError) {
            position += 1
            depth += 1
            guard depth <= Self.maximumDepth else { throw error("nested too deeply") }
        }

        private mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        private mutating func parseString() throws(SyntaxError) -> String {
            position += 1
            var units: [UInt8] = []
            while position < bytes.count {
                let byte = bytes[position]
                position += 1
                switch byte {
                case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
                case UInt8(ascii: "\\"): units.append(contentsOf: try parseEscape())
                case 0..<0x20: throw error("a control character in a string")
                default: units.append(byte)
                }
            }
            throw error("unterminated string")
        }

        private mutating func parseEscape() throws(SyntaxError) -> [UInt8] {
            guard position < bytes.count else { throw error("unterminated string") }
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
            case UInt8(ascii: "b"): return [0x08]
            case UInt8(ascii: "f"): return [0x0C]
            case UInt8(ascii: "n"): return [0x0A]
            case UInt8(ascii: "r"): return [0x0D]
            case UInt8(ascii: "t"): return [0x09]
            case UInt8(ascii: "u"): return Array(String(try parseUnicodeEscape()).utf8)
            default: throw error("unknown escape")
            }
        }

        private mutating func parseUnicodeEscape() throws(SyntaxError) -> Character {
            let high = try parseHex()
            guard (0xD800..<0xDC00).contains(high) else { return Character(Unicode.Scalar(high) ?? "\u{FFFD}") }
            guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            else { return "\u{FFFD}" }
            position += 2
            let low = try parseHex()
            guard (0xDC00..<0xE000).contains(low) else { return "\u{FFFD}" }
            let scalar = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
            return Character(Unicode.Scalar(scalar) ?? "\u{FFFD}")
        }

        private mutating func parseHex() throws(SyntaxError) -> UInt32 {
            guard position + 4 <= bytes.count else { throw error("unterminated string") }
            let digits = String(decoding: bytes[position..<(position + 4)], as: UTF8.self)
            guard let value = UInt32(digits, radix: 16) else { throw error("four hexadecimal digits expected") }
            position += 4
            return value
        }
    }
}
