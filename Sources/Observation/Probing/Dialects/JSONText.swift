import Health

/// JSON values to bytes and back.
enum JSONText {
    /// Empty for what JSON cannot hold.
    static func bytes(_ value: JSONValue) -> [UInt8] { value.bytes ?? [] }

    static func text(_ value: JSONValue) -> String { String(decoding: bytes(value), as: UTF8.self) }

    /// `nil` for anything that is no JSON.
    static func parse(_ bytes: some Sequence<UInt8>) -> JSONValue? { JSONValue.parse(Array(bytes)) }

    static func parse(_ text: String) -> JSONValue? { parse(text.utf8) }
}
