import Testing

@testable import Simulator

@Suite(.timeLimit(.minutes(5)))
struct JSONTests {
    @Test(arguments: [
        #"{"b":1,"a":[true,false,null,-0.5e+3,1E2],"c":{"d":"x"}}"#, "[]", "{}", #""""#, "0", "-1",
        #"["\"\\\/\b\f\n\r\t","é","\u00e9","\ud83d\ude00"]"#, " [ 1 , 2 ] ",
    ])
    func `text is read and written in the same order and spelling`(text: String) throws {
        let value = try JSON(parsing: text)
        #expect(try JSON(parsing: value.text) == value)
        if !text.contains(" "), !text.contains("\\u"), !text.contains("\\/") { #expect(value.text == text) }
    }

    @Test func `escapes become characters`() throws {
        #expect(try JSON(parsing: #""\u00e9\ud83d\ude00\ud800x""#) == "é😀\u{FFFD}x")
        #expect(JSON.string("\u{1}\n\"").text == #""\u0001\n\"""#)
    }

    @Test func `the last of two equal names wins`() throws {
        #expect(try JSON(parsing: #"{"a":1,"b":2,"a":3}"#).text == #"{"a":3,"b":2}"#)
    }

    @Test(arguments: [
        "", "{", "[1,]", #"{"a":1,}"#, "{nope", "01", "1.", "+1", "tru", #""a"#, "\"\n\"", #""\x""#, "[1] 2", "nan",
        String(repeating: "[", count: 5000),
    ])
    func `broken text is refused`(text: String) {
        #expect(throws: JSON.SyntaxError.self) { try JSON(parsing: text) }
    }
}
