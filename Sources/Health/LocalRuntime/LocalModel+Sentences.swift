#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

// What a local runtime's word on a model means, in sentences.
extension LocalModel {
    /// Seconds after which a model that should have left memory is stuck there.
    static let stuckAfter = 120.0

    /// Why a model is not in the runtime's list.
    func absenceSentence(at runtime: LocalRuntime) -> String {
        let title = runtime.title
        let lastSeen = details["lastSeenAt"]?.string
        guard let command = runtime.profile.fetchCommand else {
            return lastSeen.map {
                "\(title) no longer has it: it was last listed at \($0); start the server with it again or take it out of the configuration."
            } ?? "\(title) does not list it: correct its name, or start the server with it."
        }
        let get = "'\(command.replacing("NAME", with: name))'"
        guard let lastSeen else {
            return
                "\(title) does not have it: it was never downloaded, or its download is not finished; \(get) fetches it."
        }
        return
            "\(title) no longer has it: it was deleted after \(lastSeen); download it again (\(get)) or take it out of the configuration."
    }

    /// That it is in memory, and not all of it on the GPU.
    func cpuSentence(at runtime: LocalRuntime) -> String {
        let share = details["gpuShare"]?.number
        let extent =
            switch share {
            case nil: "It runs partly on the CPU"
            case let share? where share <= 0: "It runs on the CPU alone"
            case let share?: "Only \(Int((share * 100).rounded())) % of it is on the GPU, the rest runs on the CPU"
            }
        return "\(extent): \(runtime.title) had too little GPU memory."
    }

    /// What it means to be neither in memory nor out of it.
    func passingState(at runtime: LocalRuntime, now: Date) -> (
        status: HealthStatus, code: HealthReason.Code, sentence: String
    ) {
        let title = runtime.title
        switch details["runtimeState"]?.string {
        case "stopping":
            let end = details["expiresAt"]?.string.flatMap { Date(rfc3339: $0) }
            let time = end.map { now.timeIntervalSince($0) } ?? 0
            guard time >= Self.stuckAfter else {
                return (.unknown, .starting, "\(title) is taking it out of memory, and does so after its last request.")
            }
            return (
                .degraded, .runtime,
                "\(title) has been stopping it for \(time.shortSeconds): a last request still runs, or its runner hangs. "
                    + "If nobody is waiting for it, 'ollama stop \(name)' or a restart of \(title) frees the memory."
            )
        case "loading":
            return (.unknown, .starting, "\(title) is loading it; it is probed once it is in memory.")
        case "unloading": return (.unknown, .starting, "\(title) is taking it out of memory.")
        case let word?:
            return (
                .unknown, .starting,
                "\(title) calls its state '\(word)', so whether it is in memory is not known, and it is not probed."
            )
        case nil where isRemote:
            return (.unknown, .starting, "It runs elsewhere, and \(title) only forwards: it is not probed.")
        case nil:
            return (.unknown, .starting, "\(title) does not tell whether it is in memory, so it is not probed.")
        }
    }
}
