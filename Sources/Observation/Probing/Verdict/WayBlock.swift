import Health

/// Something between us and the provider that refuses the request in its place: a CDN, a firewall, a company's proxy.
///
/// What they send is no answer of the provider's interface but a page, a short text or a header of their own. The key is
/// not at fault then, and the model neither: it is our way out.
struct WayBlock: Sendable, Hashable {
    /// Who refuses, for people: "Cloudflare", "a proxy (Zscaler)".
    var who: String

    /// Who blocked the exchange on its way; `nil` where the answer may be the provider's own.
    ///
    /// - Parameters:
    ///   - text: the body, or what a gateway wrapped of it.
    ///   - isJSON: the body is JSON: then only a header, or a field of Cloudflare's own errors, tells of a block.
    static func find(in exchange: Exchange, status: Int, text: String, isJSON: Bool) -> WayBlock? {
        if exchange.header("cf-mitigated") != nil { return WayBlock(who: "Cloudflare") }
        if status == 407 { return WayBlock(who: "a proxy that wants a user name and password") }
        if status == 511 { return WayBlock(who: "a network that wants a sign-in") }
        let words = ErrorWords(text: text)
        if isJSON {
            let isCloudflare = text.contains("\"cloudflare_error\"") && [403, 451].contains(status)
            return isCloudflare ? WayBlock(who: "Cloudflare") : nil
        }
        let isRefusal = [401, 403, 406, 418, 451].contains(status)
        let server = exchange.header("server")?.lowercased() ?? ""
        for mark in marks {
            let isNamed = !server.isEmpty && mark.servers.contains { server.hasPrefix($0) }
            let isTold = mark.headers.contains { name, value in
                exchange.header(name)?.lowercased().hasPrefix(value) ?? false
            }
            let isWritten = words.mention(any: mark.phrases)
            if isWritten || isTold || isNamed && [403, 406, 451].contains(status) { return WayBlock(who: mark.who) }
        }
        let isPage = PageText.isPage(text)
        // An interface refuses in its own format, so a page is of something in front of it.
        if status == 451 || isRefusal && status != 401 && isPage { return WayBlock(who: "a firewall, proxy or CDN") }
        if isRefusal, words.mention(any: plainRefusals) { return WayBlock(who: "a proxy or firewall") }
        return nil
    }

    /// What marks an answer as of one product. Phrases decide whatever the status: they stand on block pages only.
    private struct Mark: Sendable {
        var who: String
        var servers: [String] = []
        /// Headers whose value begins so.
        var headers: [(name: String, value: String)] = []
        var phrases: [String] = []
    }

    private static let marks: [Mark] = [
        Mark(
            who: "Cloudflare", servers: ["cloudflare"],
            phrases: [
                "attention required! | cloudflare", "sorry, you have been blocked", "<title>just a moment",
                "checking your browser before", "error code: 1020", "error code: 1010", "error code: 1005",
                "error code: 1006", "error code: 1007", "error code: 1008", "error code: 1009", "error code: 1012",
                "cf-error-details\">\n<h1>access denied",
            ]),
        Mark(
            who: "Akamai", servers: ["akamaighost"], phrases: ["errors.edgesuite.net", "errors&#46;edgesuite&#46;net"]),
        Mark(
            who: "CloudFront", servers: ["cloudfront"],
            phrases: ["configured to block access from your country", "request blocked.\nwe can't connect"]),
        Mark(who: "a firewall of AWS", servers: ["awselb"]),
        Mark(who: "Imperva", phrases: ["incapsula incident", "_incapsula_resource"]),
        Mark(who: "Sucuri", servers: ["sucuri"], phrases: ["sucuri website firewall"]),
        Mark(who: "DataDome", headers: [("x-datadome", "")], phrases: ["captcha-delivery.com"]),
        Mark(who: "Fastly", phrases: ["fastly error: forbidden"]),
        Mark(
            who: "a proxy (Zscaler)", servers: ["zscaler"],
            phrases: ["internet security by zscaler", "zscaler", "zscloud.net"]),
        Mark(who: "a proxy (Netskope)", servers: ["netskope"], phrases: ["netskope"]),
        Mark(
            who: "a firewall (FortiGuard)", servers: ["fortigate"],
            phrases: ["fortiguard", "fortinet", "web filter violation"]),
        Mark(
            who: "a proxy (Squid)",
            headers: [
                ("x-squid-error", "err_access_denied"), ("x-squid-error", "err_cache_access_denied"),
                ("x-squid-error", "err_too_big"), ("x-squid-error", "err_blocked"),
            ], phrases: ["access control configuration prevents your request"]),
        Mark(who: "a proxy (Blue Coat)", phrases: ["policy_denied", "blue coat", "bluecoat"]),
        Mark(who: "a proxy (Forcepoint)", phrases: ["forcepoint", "websense"]),
        Mark(who: "a proxy (Cisco Umbrella)", phrases: ["cisco umbrella", "block.opendns.com", "cisco secure access"]),
        Mark(who: "a proxy (Skyhigh)", phrases: ["mcafee web gateway", "skyhigh secure web gateway"]),
        Mark(who: "a firewall (Palo Alto)", phrases: ["palo alto networks", "web page blocked", "url filtering"]),
        Mark(who: "a firewall (Check Point)", phrases: ["usercheck", "check point software"]),
        Mark(who: "a firewall (Sophos)", phrases: ["sophos"]),
        Mark(who: "a firewall (Barracuda)", servers: ["barracuda"], phrases: ["barracuda"]),
        Mark(who: "ModSecurity", phrases: ["mod_security", "modsecurity", "<title>not acceptable!"]),
        Mark(
            who: "an egress rule",
            headers: [("x-deny-reason", ""), ("x-blocked-by", ""), ("x-envoy-ratelimited", "blocked")],
            phrases: ["host not in allowlist", "domain is not allowed", "blocked by network policy"]),
        Mark(who: "a service mesh", phrases: ["rbac: access denied"]),
    ]

    /// In texts that are neither JSON nor a page.
    private static let plainRefusals = [
        "blocked by", "has been blocked", "access denied by", "blocked for security", "request blocked",
        "requested url was rejected", "not allowed by policy", "egress", "firewall",
    ]
}
