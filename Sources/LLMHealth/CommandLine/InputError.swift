/// Why a file cannot be read: where, what, and what to do; one line.
package struct InputError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    init(_ file: String, _ line: Int, _ message: String) { self.init("\(file):\(line): \(message)") }
}
