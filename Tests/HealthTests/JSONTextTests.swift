import Foundation
import Health
import Testing

/// JSON read and written by ``JSONValue`` itself, held against Foundation's.
@Suite struct JSONTextTests {
    static let texts = [
        "null", "true", " false ", "0", "-0", "12", "-12.5", "1e3", "1E-2", "123456789012345678", "0.1", "1e999", "01",
        "1.", ".5", "+1", "-", "[]", "[1,2,[3]]", "[1,]", "[,]", "[1 2]", "{}", #"{"a":1,"b":{"c":[null]}}"#,
        #"{"a":1,}"#, #"{"a"}"#, #"{a:1}"#, #"{"a":1 "b":2}"#, #""plain""#, #""\u00fc \ud83d\ude00 \n\/\"""#,
        #""\ud83d""#, #""\ude00""#, #""\x""#, #""\u12""#, "\"tab\there\"", "\"open", "tru", "nullx", "[", "{", "",
        " ", "<html>", "1 2", #"{"a":1}{"b":2}"#, #"{"a":1,"a":2}"#, "\u{feff}{}", "\"\u{0}\"", #"{"":0}"#,
        String(repeating: "[", count: 200) + String(repeating: "]", count: 200), "\r\n\t[ ]", "'a'", "NaN", "[1,2",
    ]

    @Test(arguments: texts)
    func `a text is read as Foundation reads it`(text: String) {
        let bytes = Array(text.utf8)
        #expect(JSONValue.parse(bytes) == (try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))))
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func `whatever bytes come, they are read as Foundation reads them`(seed: UInt64) throws {
        var random = Seeded(seed)
        let seeds = Self.texts.filter { !$0.isEmpty && $0.utf8.count < 100 }.map { Array($0.utf8) }
        let alphabet = Array(#"{}[]",:\u0189eE+-.tfn ü"#.utf8) + [0, 9, 10, 0xff, 0xc3, 0xed, 0xa0]
        for _ in 0..<2_000 {
            var bytes = try #require(seeds.randomElement(using: &random))
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let byte = try #require(alphabet.randomElement(using: &random))
                let index = Int.random(in: 0...bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.insert(byte, at: index)
                case 1 where index < bytes.count: bytes[index] = byte
                case 2 where index < bytes.count: bytes.remove(at: index)
                default: break
                }
            }
            let own = JSONValue.parse(bytes)
            let theirs = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
            #expect(own == theirs, "\(bytes)")
        }
    }

    @Test(arguments: [
        JSONValue.null, true, 0, -3, 2.5, 1e300, "", "a\"b\\c/\n\t\u{1}ü😀", [], [1, [nil]],
        ["b": 1, "a": ["x": "y"], "": false],
    ])
    func `what is written is read back, and means the same to Foundation`(value: JSONValue) throws {
        let bytes = try #require(value.bytes)
        #expect(JSONValue.parse(bytes) == value)
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(bytes)) == value)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == String(decoding: try HealthJSON.encoder().encode(value), as: UTF8.self))
    }

    @Test func `what JSON cannot hold is not written`() {
        #expect(JSONValue.array([.number(.nan)]).bytes == nil)
        #expect(JSONValue.object(["a": .number(.infinity)]).bytes == nil)
    }
}
