import Foundation
import Health
import Testing

@Suite struct SecretTests {
    private static let key = "sk-canary-0123456789"
    private let secret = Secret(key)

    @Test func `it can be sent and nothing else`() {
        #expect(secret.reveal() == Self.key)
        #expect("\(secret)" == "<secret>")
        #expect(String(reflecting: secret) == "<secret>")
        #expect(String(describing: Optional(secret)) == "Optional(<secret>)")
        #expect(Mirror(reflecting: secret).children.isEmpty)
        #expect((secret as Any) as? any Encodable == nil)
    }

    @Test func `whatever holds it does not print it`() {
        let target = ModelTarget(
            baseURL: "https://api.example.com", model: "m", key: secret,
            headers: [.init(name: "x-tenant", value: secret)],
            gateway: GatewayRoute(gateway: "portkey", apiKey: secret, virtualKey: secret))
        let config = ModelConfig(
            id: "m", provider: "p", targets: [target],
            checks: [CheckDefinition(name: "c", headers: [.init(name: "a", value: secret)])])
        var dumped = ""
        dump(config, to: &dumped)
        for text in [dumped, "\(config)", String(reflecting: config), "\(target)"] {
            #expect(!text.contains(Self.key))
        }
        #expect((config as Any) as? any Encodable == nil)
        #expect((target as Any) as? any Encodable == nil)
    }

    private static let echoes: [(String, String)] = [
        ("Incorrect API key provided: \(key).", "Incorrect API key provided: <secret>."), (key, "<secret>"),
        ("\(key)\(key)", "<secret><secret>"), ("a \(key) b \(key) c", "a <secret> b <secret> c"),
        ("nothing here", "nothing here"), ("", ""), ("sk-canary-012345678", "sk-canary-012345678"),
    ]

    @Test(arguments: echoes)
    func `an echoed key is replaced wherever it stands`(_ text: String, _ redacted: String) {
        #expect(secret.redact(text) == redacted)
    }

    @Test(arguments: ["", "a", "local"])
    func `what is too short to be a key replaces nothing`(_ short: String) {
        #expect(Secret(short).redact("a local text") == "a local text")
    }

    @Test func `two of the same are equal`() {
        #expect(Secret("abcdefgh") == Secret("abcdefgh"))
        #expect(Secret("abcdefgh") != Secret("abcdefgi"))
    }
}
