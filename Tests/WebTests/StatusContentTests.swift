import Foundation
import Testing

@testable import Web

@Suite("Status page", .timeLimit(.minutes(5)))
struct StatusContentTests {
    @Test(
        arguments: [
            ([.operational, .operational], "Everything works"),
            ([.operational, .unknown], "Everything that is known of works"),
            ([.operational, .unknown, .unknown], "Nothing is known of 2 of 3"),
            ([.unknown, .unknown], "Nothing is known yet"), ([], "Nothing is known yet"),
            ([.operational, .degraded], "1 of 2 is degraded"), ([.outage, .degraded, .outage], "2 of 3 are down"),
            ([.outage, .unknown, .outage], "Everything is down"), ([.outage], "Outage"),
            ([.maintenance, .operational], "Maintenance is under way"),
        ] as [([StatusContent.Condition], String)])
    func `a headline for everybody`(conditions: [StatusContent.Condition], headline: String) {
        let lines = conditions.map { StatusContent.Line(name: "x", condition: $0, uptime: nil, days: []) }
        #expect(StatusContent.headline(lines).1 == headline)
    }

    @Test(
        arguments: [
            ([.operational, .operational], .operational), ([.operational, .outage], .degraded),
            ([.outage, .outage], .outage), ([.unknown, .outage], .outage), ([.unknown], .unknown),
            ([.maintenance, .operational], .maintenance), ([.operational, .degraded], .degraded),
        ] as [([StatusContent.Condition], StatusContent.Condition)])
    func `several models as one`(conditions: [StatusContent.Condition], together: StatusContent.Condition) {
        let lines = conditions.map { StatusContent.Line(name: "x", condition: $0, uptime: nil, days: []) }
        #expect(StatusContent.Line(name: "all", of: lines).condition == together)
    }

    @Test(
        arguments: [
            (0.0, "Thu, 01 Jan 1970 00:00:00 GMT"), (1_795_428_000, "Mon, 23 Nov 2026 10:00:00 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (-86_400, "Wed, 31 Dec 1969 00:00:00 GMT"),
        ] as [(Double, String)])
    func `times as mail writes them`(seconds: Double, text: String) {
        #expect(Date(timeIntervalSince1970: seconds).rfc822 == text)
    }
}
