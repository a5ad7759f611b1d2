import AsyncHTTPClient
package import Health
import NIOCore
import NIOHTTP1

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What is to be planned or told, as the API takes it.
package struct AnnouncementDraft: Sendable, Encodable {
    package enum Kind: String, Sendable { case maintenance, announcement }

    package var title: String
    package var text: String?
    /// RFC 3339; `nil` for now.
    package var from: String?
    /// RFC 3339.
    package var until: String?
    /// In place of `until`, such as `2h`.
    package var duration: String?
    /// Names or patterns; empty for all.
    package var models: [String]

    package init(
        title: String, text: String? = nil, from: String? = nil, until: String? = nil, duration: String? = nil,
        models: [String] = []
    ) {
        self.title = title
        self.text = text
        self.from = from
        self.until = until
        self.duration = duration
        self.models = models
    }

    enum CodingKeys: String, CodingKey {
        case title, text, from, until, models
        case duration = "for"
    }
}

// What operators say.
extension DaemonClient {
    /// Says something of a model.
    ///
    /// - Parameter duration: as the API takes it, such as `1h`; `nil` until the model recovers.
    package func say(_ kind: Notice.Kind, of id: ModelID, for duration: String?, reason: String)
        async throws(DaemonClientError) -> Notice
    {
        var order = ["modelId": id.rawValue, "kind": kind.rawValue, "reason": reason]
        if let duration { order["for"] = duration }
        return try decode(Notice.self, try await send(.POST, "silences", body: body(order)))
    }

    /// Plans work, or tells everybody something.
    package func add(_ draft: AnnouncementDraft, as kind: AnnouncementDraft.Kind)
        async throws(DaemonClientError) -> Announcement
    {
        try decode(Announcement.self, try await send(.POST, kind.path, body: body(draft)))
    }

    /// All that was said and is not over.
    package func notices() async throws(DaemonClientError) -> NoticeReport {
        NoticeReport(
            notices: try decode([Notice].self, try await get("silences")),
            maintenance: try decode([Announcement].self, try await get(AnnouncementDraft.Kind.maintenance.path)),
            announcements: try decode([Announcement].self, try await get(AnnouncementDraft.Kind.announcement.path)))
    }

    /// Ends what was said of a model.
    package func end(_ notice: Notice) async throws(DaemonClientError) {
        _ = try await send(.DELETE, "silences/\(Self.encoded(notice.id))")
    }

    /// Ends whatever has this id.
    ///
    /// - Returns: what it was.
    package func end(_ id: String) async throws(DaemonClientError) -> String {
        let said = try await notices()
        let kind: String
        let path: String
        if let notice = said.notices.first(where: { $0.id == id }) {
            (kind, path) = (notice.kind.rawValue, "silences")
        } else if said.maintenance.contains(where: { $0.id == id }) {
            (kind, path) = ("maintenance", AnnouncementDraft.Kind.maintenance.path)
        } else if said.announcements.contains(where: { $0.id == id }) {
            (kind, path) = ("announcement", AnnouncementDraft.Kind.announcement.path)
        } else {
            throw DaemonClientError(.usage, "nothing has the id '\(id)'; 'llm-health notices' lists what there is")
        }
        _ = try await send(.DELETE, "\(path)/\(Self.encoded(id))")
        return kind
    }

    /// Strings can always be encoded.
    private func body(_ order: some Encodable) -> ByteBuffer {
        ByteBuffer(bytes: (try? JSONEncoder().encode(order)) ?? Data())
    }
}

extension AnnouncementDraft.Kind {
    fileprivate var path: String { self == .maintenance ? "maintenance" : "announcements" }
}
