import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The news of the status page, newest first, for readers of feeds.
package struct StatusFeed {
    package struct Item: Encodable {
        var id: String
        var url: String?
        var title: String
        var contentText: String
        /// `nil` for what lies ahead.
        var datePublished: Date?
        var tags: [String]

        enum CodingKeys: String, CodingKey {
            case id, url, title, tags
            case contentText = "content_text"
            case datePublished = "date_published"
        }
    }

    let title: String
    let home: String
    let items: [Item]

    package init(_ content: StatusContent, home: String) {
        title = content.title
        self.home = home
        var items: [Item] = []
        func add(_ id: String, _ title: String, _ text: String, _ at: Date?, _ tag: String) {
            items.append(
                Item(
                    id: "urn:llm-health:\(id)", url: home, title: title, contentText: text, datePublished: at,
                    tags: [tag]))
        }
        for incident in content.incidents {
            add(
                "incident:\(incident.id)", incident.title, "Since \(incident.from.minuteText).", incident.from,
                "incident")
            if let end = incident.to {
                add(
                    "incident:\(incident.id):over", "Resolved: \(incident.title)",
                    "From \(incident.from.minuteText) to \(end.minuteText), \(end.span(since: incident.from)).", end,
                    "incident")
            }
        }
        for work in content.maintenance {
            let span = "From \(work.from.minuteText)" + (work.until.map { " to \($0.minuteText)" } ?? "") + "."
            add(
                "maintenance:\(work.id)", "Maintenance: \(work.title)",
                [span, work.text].filter { !$0.isEmpty }.joined(separator: " "),
                work.from <= content.at ? work.from : nil,
                "maintenance")
        }
        for word in content.announcements {
            add("announcement:\(word.id)", word.title, word.text, word.from, "announcement")
        }
        self.items = items.sorted {
            ($1.datePublished ?? .distantFuture, $0.id) < ($0.datePublished ?? .distantFuture, $1.id)
        }
    }

    /// JSON Feed 1.1.
    package struct JSON: Encodable {
        var version = "https://jsonfeed.org/version/1.1"
        var title: String
        var homePageURL: String?
        var items: [Item]

        enum CodingKeys: String, CodingKey {
            case version, title, items
            case homePageURL = "home_page_url"
        }
    }

    package var json: JSON { JSON(title: title, homePageURL: home, items: items) }

    /// RSS 2.0.
    package var rss: String {
        let items = items.map { item in
            """
            <item><title>\(item.title.xmlEscaped)</title><description>\(item.contentText.xmlEscaped)</description>\
            <guid isPermaLink="false">\(item.id.xmlEscaped)</guid>\(item.datePublished.map { "<pubDate>\($0.rfc822)</pubDate>" } ?? "")\
            \(item.url.map { "<link>\($0.xmlEscaped)</link>" } ?? "")\
            \(item.tags.map { "<category>\($0)</category>" }.joined())</item>
            """
        }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <rss version="2.0"><channel><title>\(title.xmlEscaped)</title><link>\(home.xmlEscaped)</link>\
            <description>\("\(title): incidents, maintenance and announcements".xmlEscaped)</description>
            \(items.joined(separator: "\n"))
            </channel></rss>

            """
    }
}

extension Date {
    /// To the minute, for people.
    fileprivate var minuteText: String {
        let text = rfc3339
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }

    /// As mail and RSS write it, in GMT.
    var rfc822: String {
        let seconds = Int64(timeIntervalSince1970.rounded(.down))
        let days = seconds.quotient(by: 86_400)
        let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = rfc3339.split { "-T:.Z".contains($0) }
        let month = Int(parts[1]).map { months[$0 - 1] } ?? "Jan"
        let weekday = names[Int(((days % 7) + 7) % 7)]
        return "\(weekday), \(parts[2]) \(month) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
    }
}

extension Int64 {
    /// Towards minus infinity.
    fileprivate func quotient(by divisor: Int64) -> Int64 { (self - ((self % divisor) + divisor) % divisor) / divisor }
}
