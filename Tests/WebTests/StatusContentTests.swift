import Foundation
import Health
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
            ([.operational, .degraded], "b is degraded"), ([.outage, .degraded, .outage], "a and c are down"),
            ([.outage, .unknown, .outage], "Everything is down"), ([.outage], "a is down"),
            ([.outage, .outage, .outage, .operational], "a, b and c are down"),
            ([.outage, .outage, .outage, .outage, .degraded], "a, b and 2 more are down"),
            ([.maintenance, .operational], "Maintenance is under way"),
        ] as [([StatusContent.Condition], String)])
    func `a headline for everybody`(conditions: [StatusContent.Condition], headline: String) {
        let lines = zip(["a", "b", "c", "d", "e"], conditions).map {
            StatusContent.Line(name: $0, condition: $1, uptime: nil, days: [])
        }
        let told = StatusContent.headline(lines)
        #expect(told.1 == headline)
        // Whatever is down, the colour says so.
        #expect((told.0 == .outage) == conditions.contains(.outage))
    }

    @Test
    func `the worse a day, the shorter its bar`() {
        func height(_ uptime: Double?, _ worst: Bool?) -> Int {
            StatusContent.Day(
                start: .distantPast, uptime: uptime, worst: worst.map { $0 ? .unhealthy : .healthy }
            ).barHeight(of: 40)
        }
        #expect(height(1, false) > height(0.995, true) && height(0.995, true) > height(0.5, true))
        #expect(height(0.5, true) > height(nil, nil))
    }

    @Test(
        arguments: [
            (nil, 0.0, "Not observed yet"), (1.0, 300.0, "Observed for less than an hour"),
            (0.9999, 7_200, "99.99 % uptime"),
        ] as [(Double?, Double, String)])
    func `minutes make no uptime`(uptime: Double?, observed: Double, words: String) {
        #expect(
            StatusContent.Line(name: "a", condition: .operational, uptime: uptime, observed: observed, days: [])
                .uptimeWords == words)
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
