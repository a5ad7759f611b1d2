import HTTPTypes
import Health
import Hummingbird
import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension HealthAPI {
    /// What operators say: of models, of planned work, to everybody, on incidents.
    var noticeRoutes: [Route] {
        guard let board = dependencies.notices else { return [] }
        let time = dependencies.time
        return [
            Route(.get, Self.base + "silences", .scope(.read)) { _ in try Reply.json(board.notices(at: time.now.wall))
            },
            Route(.post, Self.base + "silences", .scope(.admin)) { call in try await silence(call, board) },
            Route(.delete, Self.base + "silences/:id", .scope(.admin)) { call in
                guard try board.end(call.id ?? "") != nil else { throw Problem.unknownNotice(call.id ?? "") }
                return Response(status: .noContent, headers: Reply.securityHeaders)
            },
            Route(.get, Self.base + "maintenance", .scope(.read)) { _ in
                try Reply.json(board.maintenance(at: time.now.wall))
            },
            Route(.post, Self.base + "maintenance", .scope(.admin)) { call in
                let order = try AnnouncementOrder(try await call.body(), now: time.now.wall)
                guard order.until != nil else { throw Problem.badBody("until or for is needed.", field: "until") }
                let window = order.announcement(id: Self.newID())
                try board.add(maintenance: window)
                return try Reply.created(window)
            },
            Route(.delete, Self.base + "maintenance/:id", .scope(.admin)) { call in try takeBack(call, board) },
            Route(.get, Self.base + "announcements", .scope(.read)) { _ in
                try Reply.json(board.announcements(at: time.now.wall))
            },
            Route(.post, Self.base + "announcements", .scope(.admin)) { call in
                let announcement = try AnnouncementOrder(try await call.body(), now: time.now.wall)
                    .announcement(id: Self.newID())
                try board.add(announcement: announcement)
                return try Reply.created(announcement)
            },
            Route(.delete, Self.base + "announcements/:id", .scope(.admin)) { call in try takeBack(call, board) },
            Route(.post, Self.base + "health/incidents/:id/notes", .scope(.admin)) { call in
                let note = IncidentNote(
                    at: time.now.wall, text: try NoteOrder(try await call.body()).text,
                    author: call.caller ?? "operator")
                try board.add(note, to: call.id ?? "")
                return try Reply.created(note)
            },
        ]
    }

    private func silence(_ call: Call, _ board: NoticeBoard) async throws -> Response {
        let order = try SilenceOrder(try await call.body())
        guard let model = dependencies.bulletin.fleet[order.modelID] else { throw Problem.unknownModel(order.modelID) }
        let now = dependencies.time.now.wall
        let notice = Notice(
            id: Self.newID(), modelId: model.modelId, kind: order.kind, at: now,
            until: order.duration.map { now + $0.seconds },
            reason: order.reason, by: call.caller ?? "operator")
        do throws(HealthStorageError) { try board.add(notice) } catch {
            call.logger.error("a notice could not be kept", metadata: ["error": "\(error)"])
            throw Problem.storage
        }
        call.logger.notice(
            "Operator's word",
            metadata: [
                "kind": "\(notice.kind.rawValue)", "model.id": "\(notice.modelId)", "by": "\(notice.by)",
                "until": "\(notice.until?.rfc3339 ?? "ended")",
            ])
        return try Reply.created(notice)
    }

    private func takeBack(_ call: Call, _ board: NoticeBoard) throws -> Response {
        guard try board.takeBack(call.id ?? "") else { throw Problem.unknownNotice(call.id ?? "") }
        return Response(status: .noContent, headers: Reply.securityHeaders)
    }

    /// Short enough to be read out, and never twice.
    private static func newID() -> String { String(UInt64.random(in: 1 << 40...(1 << 50)), radix: 36) }
}

extension Problem {
    static func unknownNotice(_ id: String) -> Problem {
        Problem(
            kind: "unknown-notice", title: "There is no such notice", status: .notFound,
            detail: "There is none with the id \(quoted(id)), or it is over or comes from the configuration.")
    }
}
