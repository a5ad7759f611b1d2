import Foundation
import Testing

@testable import Web

@Suite("Badges", .timeLimit(.minutes(5)))
struct BadgeImageTests {
    @Test(
        arguments: [
            (1.0, "100%", Badge.Mood.good), (0.99999, "99.99%", .good), (0.995, "99.5%", .good),
            (0.9949, "99.49%", .fair), (0.975, "97.5%", .fair), (0.97, "97%", .bad), (0, "0%", .bad),
        ] as [(Double, String, Badge.Mood)])
    func `uptime is never rounded up`(share: Double, text: String, mood: Badge.Mood) {
        let badge = Badge.uptime(share, objective: 0.995, label: "uptime 7d")
        #expect(badge.message == text)
        #expect(badge.mood == mood)
    }

    @Test func `colors carry white text`() {
        for mood in [Badge.Mood.good, .fair, .bad, .unknown] {
            let digits = mood.color.dropFirst()
            let light = stride(from: 0, to: 6, by: 2).map { offset -> Double in
                let start = digits.index(digits.startIndex, offsetBy: offset)
                let value = Double(Int(digits[start..<digits.index(start, offsetBy: 2)], radix: 16) ?? 0) / 255
                return value <= 0.03928 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
            }
            let luminance = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]
            #expect(1.05 / (luminance + 0.05) >= 4.5, "\(mood)")
        }
    }
}
