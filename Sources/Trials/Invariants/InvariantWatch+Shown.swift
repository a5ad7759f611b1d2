import Foundation
package import Health

extension InvariantWatch {
    private static let bands: [HealthStatus: ClosedRange<Double>] = [
        .healthy: 80...100, .degraded: 40...79, .unhealthy: 0...39,
    ]

    /// Takes up all that is shown at an instant.
    ///
    /// - Parameters:
    ///   - shift: seconds by which the wall clock is wrong.
    ///   - isUnsure: whether evidence of a model was lost lately, so that nobody can know what is in flight.
    package mutating func shown(
        _ fleet: FleetHealth, at now: Double, shift: Double = 0, isUnsure: (ModelID) -> Bool = { _ in false }
    ) {
        for model in fleet.models {
            guard let index = positions[model.modelId], tracks[index].isPresent else {
                note(.chain, at: now, "\(model.modelId) is shown, which is no part of the fleet")
                continue
            }
            if model.status != tracks[index].status {
                note(.chain, index, at: now, "is shown \(model.status), having been told \(tracks[index].status)")
            }
            checkConsistency(of: model, index, at: now)
            checkNextProbe(of: model, index, at: now, shift: shift, isUnsure: isUnsure(model.modelId))
            checkTruth(of: model, index, at: now, isUnsure: isUnsure(model.modelId))
        }
        let present = tracks.count { $0.isPresent }
        if fleet.models.count != present || fleet.summary.counts.total != present {
            note(.shown, at: now, "\(fleet.models.count) models are shown of \(present)")
        }
        checkGateways(fleet, at: now)
        checkNetwork(fleet, at: now)
    }

    private mutating func checkConsistency(of model: ModelHealthStatus, _ index: Int, at now: Double) {
        if let value = model.availability, !(0...1).contains(value) {
            note(.shown, index, at: now, "has an availability of \(value)")
        }
        if let value = model.errorRate, !(0...1).contains(value) {
            note(.shown, index, at: now, "has an error rate of \(value)")
        }
        if let band = Self.bands[model.status] {
            if model.score.map(band.contains) != true {
                note(.shown, index, at: now, "is \(model.status) with score \(model.score ?? -1)")
            }
        } else if model.score != nil {
            note(.shown, index, at: now, "is unknown with a score")
        }
        if model.reasons.isEmpty || model.reasons.contains(where: { $0.message.isEmpty }) {
            note(.shown, index, at: now, "is \(model.status) without a reason")
        }
        if model.routing.verdict == .usable, model.status == .unhealthy || model.status == .unknown {
            note(.shown, index, at: now, "is \(model.status) and yet usable")
        }
    }

    private mutating func checkNextProbe(
        of model: ModelHealthStatus, _ index: Int, at now: Double, shift: Double, isUnsure: Bool
    ) {
        guard let since = tracks[index].probeableSince, now - since > 1, !isUnsure else { return }
        guard let date = model.nextProbeAt else {
            return note(.nextProbe, index, at: now, "shows no next probe")
        }
        let next = date.timeIntervalSince(VirtualDaemon.origin) - shift
        // A tick of the daemon's.
        if next < now - 0.4 {
            note(.nextProbe, index, at: now, "shows a next probe \((now - next).brief) s ago")
        } else if next > now + max(Self.longestWait, 2 * tracks[index].subject.interval)
            + tracks[index].subject.interval + 30
        {
            note(.nextProbe, index, at: now, "shows a next probe \((next - now).brief) s away")
        }
    }

    // MARK: Against the truth

    private mutating func checkTruth(of model: ModelHealthStatus, _ index: Int, at now: Double, isUnsure: Bool) {
        let track = tracks[index]
        let subject = track.subject
        guard !subject.isLocal || track.localState == .loaded && track.probeableSince != nil else { return }
        let since = max(track.joinedAt, track.probeableSince ?? 0)
        guard let trouble = subject.troubles.first(where: { $0.contains(now) }) else {
            let quiet = now - max(since, subject.troubles.last { $0.to <= now }?.to ?? 0)
            let soon = 10 * subject.interval + 1_200
            // What was lost on the way may have been the only evidence for a while.
            if quiet > soon, model.status == .unknown, !isUnsure, !isGatewayDoubted(of: subject, since: now - soon) {
                note(.forgotten, index, at: now, "is unknown (\(model.reasons[0].code)), \(quiet.brief) s after")
            } else if quiet > 2 * soon + 7_200, model.status == .unhealthy {
                note(.forgotten, index, at: now, "is unhealthy (\(model.reasons[0].code)), \(quiet.brief) s after")
            }
            return
        }
        let lasting = now - max(since, trouble.from)
        if trouble.trouble.isTotal, lasting > max(600, 15 * subject.interval) {
            if model.status == .healthy || model.routing.verdict == .usable {
                note(
                    .overlooked, index, at: now,
                    "is \(model.status) and \(model.routing.verdict) after \(lasting.brief) s of \(trouble.trouble)")
            }
        }
        if trouble.trouble == .streamingFails, subject.isStreamed, model.status == .healthy,
            lasting > max(1_200, 30 * subject.interval)
        {
            note(.manner, index, at: now, "is healthy after \(lasting.brief) s in which no stream was answered")
        }
    }

    /// Whether several of those behind its gateway have lately had answers by which the gateway is not there.
    private func isGatewayDoubted(of subject: Subject, since: Double) -> Bool {
        guard let gateway = subject.gateway else { return false }
        return tracks.count { track in
            track.subject.gateway == gateway
                && track.subject.troubles.contains { $0.to >= since && $0.trouble.isGatewayWord }
        } > 1
    }

    /// A gateway that is gone is told within a minute or three intervals, and rules its models.
    private mutating func checkGateways(_ fleet: FleetHealth, at now: Double) {
        for (name, episodes) in gateways {
            guard let episode = episodes.first(where: { $0.contains(now) }) else { continue }
            let behind = tracks.indices.filter { tracks[$0].subject.gateway == name && tracks[$0].isPresent }
            guard let longest = behind.map({ tracks[$0].subject.interval }).max(),
                now - episode.from > max(60, 3 * longest)
            else { continue }
            let status = fleet.summary.components.first { $0.kind == .gateway && $0.name == name }?.status
            if status != .unhealthy {
                note(
                    .gateway, at: now,
                    "the gateway is \(status.map { $0.rawValue } ?? "not told of"), \((now - episode.from).brief) s after it went"
                )
            }
            for index in behind where fleet[tracks[index].subject.id]?.status != .unknown {
                note(
                    .gateway, index, at: now,
                    "is \(tracks[index].status) although its gateway has been gone for \((now - episode.from).brief) s")
            }
        }
    }

    /// Three hosts must have failed within an interval; then the check runs every few seconds.
    private mutating func checkNetwork(_ fleet: FleetHealth, at now: Double) {
        let statement = fleet.summary.components.first { $0.kind == .network }
        let isTold = statement?.status == .unhealthy
        if isTold, !isNetworkTold { networkTellings.append(now) }
        isNetworkTold = isTold
        guard let episode = network.first(where: { $0.contains(now) }) else { return }
        let away = tracks.indices.filter { tracks[$0].subject.isOffMachine && tracks[$0].isPresent }
        guard let longest = away.map({ tracks[$0].subject.interval }).max(), away.count >= 3,
            now - episode.from > max(180, 3 * longest)
        else { return }
        if !isTold { note(.ownNetwork, at: now, "the network is gone for \((now - episode.from).brief) s, untold") }
        if networkTellings.count(where: { episode.contains($0) }) > 1 {
            note(.ownNetwork, at: now, "the network was told to be gone twice in one loss")
        }
        for index in away where fleet[tracks[index].subject.id]?.status != .unknown {
            note(.ownNetwork, index, at: now, "is \(tracks[index].status) while our own network is gone")
        }
    }
}
