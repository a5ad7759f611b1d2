import Health
import Logging
import Observation
import ServiceLifecycle
import Synchronization
import UnixSignals

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Takes up changed configuration files on SIGHUP and when they change; an invalid one changes nothing and says so.
struct ConfigurationReload: Service {
    let source: ConfigurationSource
    let current: Configuration
    let monitor: LLMHealthMonitor
    let logger: Logger

    /// How often the files' times are looked at.
    private static let interval = Duration.seconds(2)

    private enum Cue: Sendable { case signal, fileChange }

    func run() async throws {
        let (cues, cue) = AsyncStream.makeStream(of: Cue.self, bufferingPolicy: .bufferingNewest(1))
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { for await _ in hangups { cue.yield(.signal) } }
                group.addTask { await watchFiles(cue) }
                var configuration = current
                var gate = ReloadGuard()
                for await cue in cues { configuration = take(cue, after: configuration, &gate) }
                group.cancelAll()
            }
        }
    }

    private func watchFiles(_ cue: AsyncStream<Cue>.Continuation) async {
        var files = SettledFiles(fingerprint())
        while !Task.isCancelled {
            do { try await monitor.timekeeper.sleep(for: Self.interval) } catch { break }
            if files.hasChanged(to: fingerprint()) { cue.yield(.fileChange) }
        }
        cue.finish()
    }

    /// Names, sizes and times of the files, folders included.
    private func fingerprint() -> [String] {
        let manager = FileManager.default
        let files = Set(current.files + source.paths).sorted()
        let inFolders = files.flatMap { folder in
            (try? manager.contentsOfDirectory(atPath: folder))?.map { "\(folder)/\($0)" } ?? []
        }
        return (files + inFolders.sorted()).map { file in
            let attributes = try? manager.attributesOfItem(atPath: file)
            let modified = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
            return "\(file) \(attributes?[.size] as? Int ?? -1) \(modified)"
        }
    }

    private func take(_ cue: Cue, after configuration: Configuration, _ gate: inout ReloadGuard) -> Configuration {
        let next: Configuration
        let diff: ConfigurationDiff
        let models: [ModelConfig]
        let sources: [DiscoverySource]
        do {
            next = try source.load()
            models = try next.modelConfigs()
            sources = try next.discoverySources()
            diff = try ConfigurationDiff(from: configuration, to: next)
        } catch {
            let problem = "\(error)".split(separator: "\n").first.map(String.init) ?? "it cannot be read"
            logger.error("The changed configuration is invalid; the old one stays", metadata: ["problem": "\(error)"])
            report(isUp: false, "The changed configuration is invalid and the old one stays: \(problem)")
            return configuration
        }
        let watched = ((try? configuration.modelConfigs()) ?? []).map(\.id)
        if let refusal = gate.refusal(next, before: watched, after: models.map(\.id), isSignalled: cue == .signal) {
            logger.error("The changed configuration is not taken up", metadata: ["problem": "\(refusal)"])
            report(isUp: false, refusal)
            return configuration
        }
        // Compared with what the daemon started with, however often it was read since.
        let waiting = ((try? ConfigurationDiff(from: current, to: next).restart) ?? diff.restart)
            .map(\.rawValue).joined(separator: ", ")
        let rest = waiting.isEmpty ? "." : "; after the next start also what changed of \(waiting)."
        report(isUp: true, "In force" + rest)
        guard next != configuration else { return configuration }
        monitor.directory.configure(models, sources: sources)
        monitor.notices.configure(announcements: next.announcements, maintenance: next.maintenance)
        logger.notice(
            "Configuration taken up",
            metadata: [
                "added": "\(diff.added.map(\.id.rawValue).joined(separator: ", "))",
                "removed": "\(diff.removed.map(\.rawValue).joined(separator: ", "))",
                "changed": "\(diff.changed.map(\.id.rawValue).joined(separator: ", "))",
            ])
        next.warnOfUnmatchedNames(at: monitor.timekeeper.now.wall, logger)
        if !diff.restart.isEmpty {
            logger.warning(
                "These parts take up their changes at the next start",
                metadata: ["parts": "\(diff.restart.map(\.rawValue).joined(separator: ", "))"])
        }
        return next
    }

    private func report(isUp: Bool, _ detail: String) {
        monitor.intake.submit(
            Evidence(
                .component(.configuration, name: "file", isUp: isUp, detail: detail), source: .daemon,
                at: monitor.timekeeper.now))
    }
}

extension Configuration {
    /// Tells of names that fit no model.
    func warnOfUnmatchedNames(at now: Date, _ logger: Logger) {
        // A configuration that does not fit together has been refused before.
        for name in (try? unmatchedNames(at: now)) ?? [] { logger.warning("\(name)") }
    }
}
