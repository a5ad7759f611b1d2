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
        /// What the past tells, where it is asked for.
        var share: Double?
    }

    /// Callers can ask for any number of them.
    private static let limit = 2_048
    /// By the fleet's revision.
    private let documents = DocumentCache<UInt64, Key>(limit: BadgeCache.limit)

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
        var key = Key(order: order, isSeen: isSeen)
        let model = isSeen ? fleet[order.model] : nil
        if model != nil, order.metric == .uptime { key.share = try await share(order, now, uptime) }
        return try documents.document(key, fleet.revision) {
            guard let model else { return try Self.draw(.notFound(order.label), order.format) }
            let badge: Badge =
                switch order.metric {
                case .status: .status(of: model, label: order.label)
                case .score: .score(of: model, label: order.label)
                case .latency: .latency(of: model, label: order.label)
                case .uptime: .uptime(key.share, objective: objective(order.model), label: order.label)
                }
            return try Self.draw(badge, order.format)
        }
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
