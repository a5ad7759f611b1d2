import Health
import NIOCore
import Synchronization
import Web

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Badges as bytes: drawn when they are asked for, and kept while they are true.
final class BadgeCache: Sendable {
    private struct Key: Hashable {
        var order: BadgeOrder
        var isSeen: Bool
    }

    private struct Kept {
        var document: Document
        /// Of the fleet it was drawn for; what the past tells outlives it.
        var revision: UInt64?
        var until: Date
    }

    /// Callers can ask for any number of them.
    private static let limit = 2_048
    private let kept = Mutex<[Key: Kept]>([:])

    private struct Past: Hashable {
        var model: ModelID
        var window: Duration
    }
    /// However badges look, their shares of time are read once.
    private let shares = Mutex<[Past: (share: Double?, until: Date)]>([:])

    /// - Parameter uptime: the share 0…1 that the order asks for.
    func document(
        _ order: BadgeOrder, isSeen: Bool, fleet: FleetHealth, now: Date,
        uptime: () async throws -> Double?, objective: (ModelID) -> Double
    ) async throws -> Document {
        let key = Key(order: order, isSeen: isSeen)
        if let known = kept.withLock({ $0[key] }), known.until > now,
            known.revision == nil || known.revision == fleet.revision
        {
            return known.document
        }
        let badge: Badge
        var revision: UInt64? = fleet.revision
        if isSeen, let model = fleet[order.model] {
            switch order.metric {
            case .status: badge = .status(of: model, label: order.label)
            case .score: badge = .score(of: model, label: order.label)
            case .latency: badge = .latency(of: model, label: order.label)
            case .uptime:
                badge = .uptime(
                    try await share(order, now, uptime), objective: objective(order.model), label: order.label)
                revision = nil
            }
        } else {
            badge = .notFound(order.label)
        }
        let document = try Self.draw(badge, order.format)
        kept.withLock { kept in
            if kept.count >= Self.limit { kept.removeAll() }
            kept[key] = Kept(document: document, revision: revision, until: now + Double(Badge.maximumAge))
        }
        return document
    }

    private func share(
        _ order: BadgeOrder, _ now: Date, _ uptime: () async throws -> Double?
    ) async throws -> Double? {
        let past = Past(model: order.model, window: order.window)
        if let known = shares.withLock({ $0[past] }), known.until > now { return known.share }
        let share = try await uptime()
        shares.withLock { shares in
            if shares.count >= Self.limit { shares.removeAll() }
            shares[past] = (share, now + Double(Badge.maximumAge))
        }
        return share
    }

    private static func draw(_ badge: Badge, _ format: BadgeOrder.Format) throws -> Document {
        switch format {
        case .svg(let style):
            Document(ByteBuffer(string: BadgeImage.svg(badge, style: style)), contentType: "image/svg+xml")
        case .json:
            Document(
                ByteBuffer(bytes: try HealthJSON.encoder().encode(badge.endpoint)), contentType: "application/json")
        }
    }
}
