import Basics
import Testing

@Suite struct BasicsTests {
    static let hosts: [(url: String, name: String, port: Int, isLoopback: Bool)] = [
        ("https://api.openai.com/v1", "api.openai.com", 443, false),
        ("http://API.Example.com:8080/x?y=z://w", "api.example.com", 8_080, false),
        ("http://user:pass@host.example./", "host.example", 80, false),
        ("http://[::1]:11434/v1", "::1", 11_434, true),
        ("[fd12::1]:80", "fd12::1", 80, false),
        ("::1", "::1", 80, true),
        ("127.0.0.1:1234", "127.0.0.1", 1_234, true),
        ("http://127.1", "127.1", 80, true),
        ("http://127.0.0.1.evil.example", "127.0.0.1.evil.example", 80, false),
        ("http://app.localhost:3000", "app.localhost", 3_000, true),
        ("localhost", "localhost", 80, true),
        ("0.0.0.0", "0.0.0.0", 80, false),
        ("https://host:port/", "host", 443, false),
        ("http://a\\@b/", "a", 80, false),
        ("", "", 80, false),
    ]

    @Test(arguments: hosts)
    func `a URL's host and port`(row: (url: String, name: String, port: Int, isLoopback: Bool)) {
        let host = Host(of: row.url)
        #expect(host.name == row.name)
        #expect(host.port == row.port)
        #expect(host.isLoopback == row.isLoopback)
    }

    @Test(arguments: ["", "plain-._~", "a b&c=d/ü€", "100 %", "\0\n"])
    func `percent-encoding is undone by decoding`(text: String) {
        let encoded = PercentEncoding.encoded(text)
        #expect(encoded.utf8.allSatisfy { $0 > 32 && $0 < 127 })
        #expect(PercentEncoding.decoded(encoded) == text)
    }

    @Test
    func `percent-encoding keeps what it does not know, and only unreserved characters stay as they are`() {
        #expect(PercentEncoding.encoded("it's {a}") == "it%27s%20%7Ba%7D")
        #expect(PercentEncoding.decoded("100%") == "100%")
        #expect(PercentEncoding.decoded("%zz%41%2") == "%zzA%2")
    }

    /// The values of the reference implementation (http://www.isthe.com/chongo/tech/comp/fnv/).
    @Test(arguments: [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)])
    func `FNV-1a`(text: String, hash: UInt64) {
        #expect(FNV1a.hash(of: text.utf8) == hash)
    }

    @Test
    func `words are found anywhere, in capitals where that is asked for`() {
        #expect("X-RateLimit-Limit".hasASCII(anyCase: "ratelimit"))
        #expect(!"X-RateLimit-Limit".hasASCII("ratelimit"))
        #expect("aaab".hasASCII("aab") && "ab".hasASCII("ab") && "ü token".hasASCII("token") && "".hasASCII(""))
        #expect(!"toke".hasASCII("token") && !"".hasASCII("a") && !"tok en".hasASCII("token"))
        #expect("abcabd"[...].dropFirst().hasASCII("abd"))
    }
}
