import HTTPTypes
import Health
import History
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
        return silenceRoutes(board) + announcementRoutes(board) + [
            Route(
                .post, Self.base + "health/incidents/:id/notes", .scope(.admin),
                parameters: [.id("The incident's id.")],
                Operation(
                    .notices, "addNote", "Write something on an incident", body: "NoteOrder",
                    .json("Note", "It is kept.", status: .created),
                    .problem(.notFound, "There is no such incident."), .notKept)
            ) { call in
                guard try await isIncident(call.id ?? "", call) else { throw Problem.unknownIncident(call.id ?? "") }
                let note = IncidentNote(
                    at: dependencies.time.now.wall, text: try NoteOrder(try await call.body()).text,
                    author: call.caller ?? "operator")
                try keep(call) { () throws(HealthStorageError) in try board.add(note, to: call.id ?? "") }
                return try Reply.created(note)
            }
        ]
    }

    private func silenceRoutes(_ board: NoticeBoard) -> [Route] {
        [
            Route(
                .get, Self.base + "silences", .scope(.read),
                Operation(
                    .notices, "silences", "What holds for models now", .json("Notices", "Oldest first."))
            ) { call in try call.json(board.notices(at: dependencies.time.now.wall)) },
            Route(
                .post, Self.base + "silences", .scope(.admin),
                Operation(
                    .notices, "addSilence", "Acknowledge, silence or pause a model",
                    about: "Probes go on, alerts do not; a paused model gets no traffic either.", body: "SilenceOrder",
                    .json("Notice", "It holds.", status: .created), .unknownModel,
                    .problem(.conflict, "A healthy model cannot be acknowledged."), .notKept)
            ) { call in try await silence(call, board) },
            Route(
                .delete, Self.base + "silences/:id", .scope(.admin), parameters: [.id("The notice's id.")],
                Operation(
                    .notices, "endSilence", "End what was said of a model", .nothing(.noContent, "It is over."),
                    .problem(.notFound, "There is none."), .notKept)
            ) { call in
                let ended = try keep(call) { () throws(HealthStorageError) in try board.end(call.id ?? "") }
                guard ended != nil else { throw Problem.unknownNotice(call.id ?? "") }
                return Response(status: .noContent, headers: Reply.securityHeaders)
            },
        ]
    }

    private func announcementRoutes(_ board: NoticeBoard) -> [Route] {
        let time = dependencies.time
        func takeBackRoute(_ path: String, _ id: String, _ summary: String) -> Route {
            Route(
                .delete, Self.base + path + "/:id", .scope(.admin), parameters: [.id("Its id.")],
                Operation(
                    .notices, id, summary, .nothing(.noContent, "It is taken back."),
                    .problem(.notFound, "There is none, or it comes from the configuration."), .notKept)
            ) { call in
                let wasThere = try keep(call) { () throws(HealthStorageError) in
                    try board.takeBack(call.id ?? "", at: time.now.wall)
                }
                guard wasThere else { throw Problem.unknownNotice(call.id ?? "") }
                return Response(status: .noContent, headers: Reply.securityHeaders)
            }
        }
        return [
            Route(
                .get, Self.base + "maintenance", .scope(.read),
                Operation(
                    .notices, "maintenance", "Planned work, now and to come",
                    .json("Announcements", "In the order of their beginning."))
            ) { call in try call.json(board.maintenance(at: time.now.wall)) },
            Route(
                .post, Self.base + "maintenance", .scope(.admin),
                Operation(
                    .notices, "addMaintenance", "Plan work",
                    about: "Its models get no traffic meanwhile, and raise no alerts.",
                    body: "AnnouncementOrder", .json("Announcement", "It is planned.", status: .created), .notKept)
            ) { call in
                let order = try AnnouncementOrder(try await call.body(), now: time.now.wall)
                guard order.until != nil else { throw Problem.badBody("until or for is needed.", field: "until") }
                let window = order.announcement(id: Self.newID())
                try keep(call) { () throws(HealthStorageError) in try board.add(maintenance: window) }
                return try Reply.created(window)
            },
            takeBackRoute("maintenance", "endMaintenance", "Take planned work back, or end it where it has begun"),
            Route(
                .get, Self.base + "announcements", .scope(.read),
                Operation(
                    .notices, "announcements", "What everybody should know",
                    .json("Announcements", "In the order of their beginning."))
            ) { call in try call.json(board.announcements(at: time.now.wall)) },
            Route(
                .post, Self.base + "announcements", .scope(.admin),
                Operation(
                    .notices, "addAnnouncement", "Tell everybody something", body: "AnnouncementOrder",
                    .json("Announcement", "It is told.", status: .created), .notKept)
            ) { call in
                let announcement = try AnnouncementOrder(try await call.body(), now: time.now.wall)
                    .announcement(id: Self.newID())
                try keep(call) { () throws(HealthStorageError) in try board.add(announcement: announcement) }
                return try Reply.created(announcement)
            },
            takeBackRoute("announcements", "endAnnouncement", "Take an announcement back"),
        ]
    }

    /// Whether there may be an incident of this id: it begins with a change, or was told from what was seen at a time.
    private func isIncident(_ id: String, _ call: Call) async throws(Problem) -> Bool {
        if id.hasPrefix("at-") {
            let parts = id.split(separator: "-", omittingEmptySubsequences: false)
            return parts.count == 3 && Int64(parts[1]) != nil && UInt64(parts[2], radix: 36) != nil
        }
        guard let seq = UInt64(id), seq > 0, Int64(exactly: seq) != nil else { return false }
        // An incident of this second is not stored yet.
        if feed.holds(seq) { return true }
        guard let past = dependencies.past else { return true }
        do {
            return try await past.changes(ChangeQuery(after: seq - 1, limit: 1)).first?.seq == seq
        } catch {
            call.logger.error("The history could not be read", metadata: ["error": "\(error)"])
            throw Problem.storage
        }
    }

    /// Does what must be on the disk before it counts.
    private func keep<Result>(_ call: Call, _ body: () throws(HealthStorageError) -> Result) throws(Problem) -> Result {
        do { return try body() } catch {
            call.logger.error("An operator's word could not be kept", metadata: ["error": "\(error)"])
            throw Problem.notKept
        }
    }

    private func silence(_ call: Call, _ board: NoticeBoard) async throws -> Response {
        let order = try SilenceOrder(try await call.body())
        guard let model = dependencies.publisher.fleet[order.modelID] else { throw Problem.unknownModel(order.modelID) }
        // It would hold back the alert of the next outage, of which nobody knows yet.
        if order.kind == .acknowledge, model.status == .healthy { throw Problem.nothingToAcknowledge(order.modelID) }
        let now = dependencies.time.now.wall
        let notice = Notice(
            id: Self.newID(), modelId: model.modelId, kind: order.kind, at: now,
            until: order.duration.map { now + $0.seconds },
            reason: order.reason, by: call.caller ?? "operator")
        try keep(call) { () throws(HealthStorageError) in try board.add(notice) }
        call.logger.notice(
            "Operator's word",
            metadata: [
                "kind": "\(notice.kind.rawValue)", "model_id": "\(notice.modelId)", "by": "\(notice.by)",
                "until": "\(notice.until?.rfc3339 ?? "ended")",
            ])
        return try Reply.created(notice)
    }

    /// Short enough to be read out, and never twice.
    private static func newID() -> String { String(UInt64.random(in: 1 << 40...(1 << 50)), radix: 36) }
}

extension Problem {
    static func unknownIncident(_ id: String) -> Problem {
        Problem(
            kind: "unknown-incident", title: "There is no such incident", status: .notFound,
            detail: "There is none with the id \(quoted(id)); health/incidents tells those there are.")
    }

    static func nothingToAcknowledge(_ id: ModelID) -> Problem {
        Problem(
            kind: "nothing-to-acknowledge", title: "There is nothing to acknowledge", status: .conflict,
            detail: "\(quoted(id.rawValue)) is healthy. Acknowledge it once it is not, or silence it for a while.")
    }

    static let notKept = Problem(
        kind: "not-kept", title: "It could not be kept", status: .serviceUnavailable,
        detail: "The state file did not take it, so it does not hold; the daemon's log says why.")

    static func unknownNotice(_ id: String) -> Problem {
        Problem(
            kind: "unknown-notice", title: "There is no such notice", status: .notFound,
            detail: "There is none with the id \(quoted(id)), or it is over or comes from the configuration.")
    }
}
