import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// JSON values to bytes and back.
enum JSONText {
    static func bytes(_ value: JSONValue) -> [UInt8] {
        // A JSON value always encodes, save for numbers that JSON cannot hold.
        (try? HealthJSON.encoder().encode(value)).map { Array($0) } ?? []
    }

    static func text(_ value: JSONValue) -> String { String(decoding: bytes(value), as: UTF8.self) }

    /// `nil` for anything that is no JSON.
    static func parse(_ bytes: some Sequence<UInt8>) -> JSONValue? {
        try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    }

    static func parse(_ text: String) -> JSONValue? { parse(text.utf8) }
}
