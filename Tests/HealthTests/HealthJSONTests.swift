import Foundation
import Health
import Testing

@Suite struct HealthJSONTests {
    private static let times: [(String, Double)] = [
        ("1970-01-01T00:00:00.000Z", 0.0), ("2026-11-23T10:00:00.000Z", 1_795_428_000),
        ("2024-02-29T23:59:59.999Z", 1_709_251_199.999), ("2000-02-29T00:00:00.000Z", 951_782_400),
        ("1969-12-31T23:59:59.999Z", -0.001), ("1969-12-31T00:00:00.000Z", -86_400),
        ("1900-03-01T00:00:00.000Z", -2_203_891_200), ("1600-02-29T12:00:00.000Z", -11_670_955_200),
        ("0001-01-01T00:00:00.000Z", -62_135_596_800), ("9999-12-31T23:59:59.999Z", 253_402_300_799.999),
    ]

    @Test(arguments: times)
    func `a time is written and read the same`(_ text: String, _ seconds: Double) {
        let date = Date(timeIntervalSince1970: seconds)
        #expect(date.rfc3339 == text)
        #expect(Date(rfc3339: text)?.rfc3339 == text)
        #expect(abs(Date(rfc3339: text)!.timeIntervalSince(date)) < 1e-4)
    }

    private static let rounded: [(Double, String)] = [
        (0.0004, "1970-01-01T00:00:00.000Z"), (0.0006, "1970-01-01T00:00:00.001Z"),
        (0.9994, "1970-01-01T00:00:00.999Z"), (0.9996, "1970-01-01T00:00:01.000Z"),
        (59.9996, "1970-01-01T00:01:00.000Z"), (86_399.9996, "1970-01-02T00:00:00.000Z"),
        (-0.0004, "1970-01-01T00:00:00.000Z"), (-0.0006, "1969-12-31T23:59:59.999Z"),
        (1_709_251_199.9996, "2024-03-01T00:00:00.000Z"),
    ]

    @Test(arguments: rounded)
    func `milliseconds are rounded across every border`(_ seconds: Double, _ text: String) {
        #expect(Date(timeIntervalSince1970: seconds).rfc3339 == text)
    }

    @Test(arguments: [
        "2026-11-23T10:00:00Z", "2026-11-23t10:00:00z", "2026-11-23 10:00:00Z", "2026-11-23T10:00:00.0Z",
        "2026-11-23T10:00:00.000000000Z", "2026-11-23T12:00:00+02:00", "2026-11-23T04:30:00-05:30",
        "2026-11-24T09:59:00+23:59", "2026-11-23T10:00:00+00:00", "2026-11-23T10:00:00-00:00", "2026-11-23T09:59:60Z",
    ])
    func `every spelling of one instant is read as it`(_ text: String) {
        #expect(Date(rfc3339: text) == Date(timeIntervalSince1970: 1_795_428_000))
    }

    @Test(
        arguments: [("1", 0.1), ("123", 0.123), ("123456", 0.123456), ("123456789", 0.123456789), ("999999999", 1.0)]
            as [(String, Double)])
    func `any number of digits after the point is read`(_ digits: String, _ fraction: Double) {
        let date = Date(rfc3339: "1970-01-01T00:00:00.\(digits)Z")
        #expect(date.map { abs($0.timeIntervalSince1970 - fraction) < 2e-7 } == true)
    }

    @Test(arguments: [
        "", "2026", "2026-11-23", "2026-11-23T10:00:00", "2026-11-23T10:00Z", "2026-11-23T10:00:00.Z",
        "2026-11-23T10:00:00.5", "2026-11-23T10:00:00,5Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-11-31T00:00:00Z", "2026-11-00T00:00:00Z", "2025-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T10:60:00Z", "2026-11-23T10:00:61Z",
        "2026-11-23T10:00:00+0200", "2026-11-23T10:00:00+24:00", "2026-11-23T10:00:00+02:60",
        "2026-11-23T10:00:00+2:00",
        "2026-11-23T10:00:00ZZ", " 2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z ", "+2026-11-23T10:00:00Z",
        "226-11-23T10:00:00Z", "2026-1-23T10:00:00Z", "２０２６-11-23T10:00:00Z", "1795428000",
    ])
    func `what is no RFC 3339 time is none`(_ text: String) { #expect(Date(rfc3339: text) == nil) }

    @Test func `every week of four centuries goes out and in`() {
        // Against Foundation's own calendar at one day in 49, and against itself at each.
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0)!
        for day in stride(from: -73_000, to: 73_000, by: 7) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400 + 3_723)
            let text = date.rfc3339
            guard Date(rfc3339: text) == date, text.hasSuffix("T01:02:03.000Z") else {
                Issue.record("\(text)")
                return
            }
            guard day % 49 == 0 else { continue }
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            #expect(Int(text.prefix(4)) == parts.year)
            #expect(Int(text.dropFirst(5).prefix(2)) == parts.month)
            #expect(Int(text.dropFirst(8).prefix(2)) == parts.day)
        }
    }

    @Test func `random milliseconds survive the way out and in`() {
        var random = Seeded(7)
        for _ in 0..<3_000 {
            let milliseconds = Int64.random(in: -30_000_000_000_000...30_000_000_000_000, using: &random)
            let date = Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
            let back = Date(rfc3339: date.rfc3339)
            #expect(back.map { Int64(($0.timeIntervalSince1970 * 1_000).rounded()) } == milliseconds)
        }
    }

    @Test func `keys are sorted, slashes are left alone and times are text`() throws {
        struct Value: Codable, Equatable {
            var b: Date
            var a: String
        }
        let value = Value(b: Samples.noon, a: "x/y")
        let data = try HealthJSON.encoder().encode(value)
        #expect(String(decoding: data, as: UTF8.self) == #"{"a":"x/y","b":"2026-11-23T10:00:00.000Z"}"#)
        #expect(try HealthJSON.decoder().decode(Value.self, from: data) == value)
    }

    @Test func `a bad time in JSON is an error that shows it`() {
        let error = #expect(throws: DecodingError.self) {
            try HealthJSON.decoder().decode([Date].self, from: Data(#"["yesterday"]"#.utf8))
        }
        #expect(error.map { "\($0)".contains("'yesterday' is no RFC 3339 time") } == true)
    }
}
