import Basics
import Synchronization

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Small documents that outlive the process, by kind and id.
public protocol StateDocuments: Sendable {
    /// All of a kind, in the order of their ids; JSON.
    func documents(_ kind: String) throws(HealthStorageError) -> [(id: String, body: String)]
    /// Stores one in the place of what has its id.
    func put(_ kind: String, id: String, body: String) throws(HealthStorageError)
    /// Removes one; one that is not there is none to remove.
    func remove(_ kind: String, id: String) throws(HealthStorageError)
}

/// What operators have said: notices, announcements, maintenance windows and notes on incidents.
///
/// Everyone reads from memory; what is said is on the disk before it counts.
public final class NoticeBoard: Sendable {
    private struct State {
        var notices: [Notice] = []
        var announcements: [Announcement] = []
        var maintenance: [Announcement] = []
        /// Those of the configuration, which nobody can take back here.
        var configured: (announcements: [Announcement], maintenance: [Announcement]) = ([], [])
        /// By incident.
        var notes: [String: [IncidentNote]] = [:]
        var revision: UInt64 = 0
        var onChange: @Sendable () -> Void = {}
    }

    private enum Kind {
        static let notice = "notice"
        static let announcement = "announcement"
        static let maintenance = "maintenance"
        static let note = "note"
    }

    private let state: Mutex<State>
    private let documents: any StateDocuments

    /// - Throws: when what was said before cannot be read.
    public init(_ documents: any StateDocuments) throws(HealthStorageError) {
        self.documents = documents
        let decoder = HealthJSON.decoder()
        func all<Value: Decodable>(_ kind: String, as type: Value.Type) throws(HealthStorageError) -> [(String, Value)]
        {
            // A document that only a newer version understands is left alone.
            try documents.documents(kind).compactMap { id, body in
                (try? decoder.decode(type, from: Data(body.utf8))).map { (id, $0) }
            }
        }
        var state = State()
        state.notices = try all(Kind.notice, as: Notice.self).map(\.1)
        state.announcements = try all(Kind.announcement, as: Announcement.self).map(\.1)
        state.maintenance = try all(Kind.maintenance, as: Announcement.self).map(\.1)
        for (id, note) in try all(Kind.note, as: IncidentNote.self) {
            guard let slash = id.lastIndex(of: "/") else { continue }
            state.notes[String(id[..<slash]), default: []].append(note)
        }
        for key in state.notes.keys { state.notes[key]?.sort { $0.at < $1.at } }
        self.state = Mutex(state)
    }

    /// Rises with every change.
    public var revision: UInt64 { state.withLock { $0.revision } }

    /// Calls `body` after every change, before the call that made it returns; one closure at a time.
    ///
    /// The decision loop publishes in it, so that who has paused a model reads it paused.
    public func onChange(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.onChange = body } }

    private func change(_ body: (inout State) -> Void) {
        let onChange = state.withLock { state in
            body(&state)
            state.revision += 1
            return state.onChange
        }
        onChange()
    }

    /// Takes up what the configuration says; what has no id yet gets one that depends on what it says.
    public func configure(announcements: [Announcement], maintenance: [Announcement]) {
        func named(_ said: [Announcement], _ kind: String) -> [Announcement] {
            said.map { one in
                var one = one
                if one.id.isEmpty { one.id = "\(Announcement.configuredPrefix)\(kind)-\(one.mark)" }
                return one
            }
        }
        change { state in
            state.configured = (
                named(announcements, Kind.announcement), named(maintenance, Kind.maintenance)
            )
        }
    }

    // MARK: Notices

    /// All that hold, oldest first; maintenance of all models is not told here.
    public func notices(at now: Date) -> [Notice] {
        state.withLock { state in state.notices.filter { $0.holds(at: now) }.sorted { $0.at < $1.at } }
    }

    /// What holds for a model, planned maintenance included.
    public func notices(of model: ModelID, at now: Date) -> [Notice] {
        state.withLock { state in
            let said = state.notices.filter { $0.modelId == model && $0.holds(at: now) }.sorted { $0.at < $1.at }
            let planned = (state.configured.maintenance + state.maintenance).filter { $0.holds(for: model, at: now) }
            return said
                + planned.map {
                    Notice(
                        id: $0.id, modelId: model, kind: .maintenance, at: $0.from, until: $0.until, reason: $0.title,
                        by: "maintenance")
                }
        }
    }

    /// Whether anything can hold for any model, so that nobody needs to ask for each.
    public func isEmpty(at now: Date) -> Bool {
        state.withLock { state in
            !state.notices.contains { $0.holds(at: now) }
                && !(state.configured.maintenance + state.maintenance).contains {
                    $0.from <= now && !$0.isOver(at: now)
                }
        }
    }

    /// - Throws: when it cannot be kept; then it does not hold.
    public func add(_ notice: Notice) throws(HealthStorageError) {
        try put(Kind.notice, notice.id, notice)
        change { state in
            state.notices.removeAll { $0.id == notice.id }
            state.notices.append(notice)
        }
    }

    /// - Returns: what has ended; `nil` when there is none of this id.
    @discardableResult
    public func end(_ id: String) throws(HealthStorageError) -> Notice? {
        guard let notice = state.withLock({ $0.notices.first { $0.id == id } }) else { return nil }
        try documents.remove(Kind.notice, id: id)
        change { state in
            state.notices.removeAll { $0.id == id }
        }
        return notice
    }

    /// Takes away what is over, and what was said of trouble that has passed.
    ///
    /// - Parameters:
    ///   - now: the wall clock's time.
    ///   - healthySince: since when a model has been healthy; `nil` when it is not.
    public func tidy(at now: Date, healthySince: (ModelID) -> Date?) throws(HealthStorageError) {
        let over = state.withLock { state in
            state.notices.filter { notice in
                if notice.until.map({ $0 <= now }) ?? false { return true }
                // Of a model that was well when it was said, it holds for the trouble to come.
                return notice.kind == .acknowledge && healthySince(notice.modelId).map { $0 > notice.at } ?? false
            }
        }
        for notice in over { try end(notice.id) }
    }

    // MARK: Announcements and maintenance

    /// Those that are not over, in the order of their beginning.
    public func announcements(at now: Date) -> [Announcement] {
        state.withLock { ($0.configured.announcements + $0.announcements).current(now) }
    }

    /// Planned work that is not over, in the order of its beginning.
    public func maintenance(at now: Date) -> [Announcement] {
        state.withLock { ($0.configured.maintenance + $0.maintenance).current(now) }
    }

    /// When work on a model is or was planned.
    public func maintenance(of model: ModelID) -> [TimeRange] {
        state.withLock { state in
            (state.configured.maintenance + state.maintenance).filter { $0.concerns(model) }.compactMap {
                try? TimeRange(from: $0.from, to: $0.until ?? .distantFuture)
            }
        }
    }

    /// - Throws: when it cannot be kept; then it is not told.
    public func add(announcement: Announcement) throws(HealthStorageError) {
        try put(Kind.announcement, announcement.id, announcement)
        change { state in
            state.announcements.append(announcement)
        }
    }

    /// - Throws: when it cannot be kept; then it is not planned.
    public func add(maintenance window: Announcement) throws(HealthStorageError) {
        try put(Kind.maintenance, window.id, window)
        change { state in
            state.maintenance.append(window)
        }
    }

    /// Ends what was said: planned work that has begun ends now and stays part of the past, all else has never been.
    ///
    /// - Returns: whether there was one of this id that was said here and is not over.
    public func takeBack(_ id: String, at now: Date) throws(HealthStorageError) -> Bool {
        let (announcement, window) = state.withLock { state in
            (
                state.announcements.first { $0.id == id && !$0.isOver(at: now) },
                state.maintenance.first { $0.id == id && !$0.isOver(at: now) }
            )
        }
        if var window, window.from < now {
            window.until = now
            try put(Kind.maintenance, id, window)
            change { state in
                state.maintenance.removeAll { $0.id == id }
                state.maintenance.append(window)
            }
            return true
        }
        let kinds = (announcement == nil ? [] : [Kind.announcement]) + (window == nil ? [] : [Kind.maintenance])
        for kind in kinds { try documents.remove(kind, id: id) }
        change { state in
            guard !kinds.isEmpty else { return }
            state.announcements.removeAll { $0.id == id }
            state.maintenance.removeAll { $0.id == id }
        }
        return !kinds.isEmpty
    }

    // MARK: Notes

    /// Oldest first.
    public func notes(on incident: String) -> [IncidentNote] { state.withLock { $0.notes[incident] ?? [] } }

    /// - Throws: when it cannot be kept.
    public func add(_ note: IncidentNote, to incident: String) throws(HealthStorageError) {
        let count = state.withLock { $0.notes[incident]?.count ?? 0 }
        let number = "\(count + 1_000_000)".dropFirst()
        try put(Kind.note, "\(incident)/\(number)-\(UInt32.random(in: 0...UInt32.max))", note)
        change { state in
            state.notes[incident, default: []].append(note)
        }
    }

    private func put(_ kind: String, _ id: String, _ value: some Encodable) throws(HealthStorageError) {
        let body: Data
        do { body = try HealthJSON.encoder().encode(value) } catch {
            throw HealthStorageError(operation: .insert, message: "a \(kind) cannot be written as JSON")
        }
        try documents.put(kind, id: id, body: String(decoding: body, as: UTF8.self))
    }
}

extension Announcement {
    fileprivate static let configuredPrefix = "configured-"

    /// Whether the configuration says it, so that it ends there alone.
    package var isConfigured: Bool { id.hasPrefix(Self.configuredPrefix) }

    /// A few letters that another title, time or list of models would change.
    fileprivate var mark: String {
        let words = [title, "\(from.timeIntervalSince1970)"] + models.map(\.rawValue)
        return words.joined(separator: "\u{0}").fingerprint
    }
}

extension [Announcement] {
    fileprivate func current(_ now: Date) -> [Announcement] {
        filter { !$0.isOver(at: now) }.sorted { ($0.from, $0.id) < ($1.from, $1.id) }
    }
}

/// Documents for as long as the process lives.
public final class MemoryDocuments: StateDocuments {
    private let state = Mutex<[String: [String: String]]>([:])

    /// Without any document.
    public init() {}

    public func documents(_ kind: String) throws(HealthStorageError) -> [(id: String, body: String)] {
        state.withLock { ($0[kind] ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }

    public func put(_ kind: String, id: String, body: String) throws(HealthStorageError) {
        state.withLock { $0[kind, default: [:]][id] = body }
    }

    public func remove(_ kind: String, id: String) throws(HealthStorageError) {
        state.withLock { _ = $0[kind]?.removeValue(forKey: id) }
    }
}
