import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One entry of `/api/tags` or `/api/ps`, of which nothing but the name is sure to be there.
struct OllamaEntry: Sendable {
    /// Canonical.
    let name: String
    private let json: JSONValue

    init?(_ json: JSONValue) {
        guard let name = json["model"]?.text ?? json["name"]?.text else { return nil }
        self.name = LocalRuntime.ollama.canonicalName(name)
        self.json = json
    }

    /// Bytes on disk in `/api/tags`, in memory in `/api/ps`.
    private var size: Int64? { json["size"]?.integer }
    private var gpuBytes: Int64? { json["size_vram"]?.integer }
    /// Whether any part of it is on a GPU.
    var isOnGPU: Bool { (gpuBytes ?? 0) > 0 }
    private var remoteModel: String? { json["remote_model"]?.text }
    private var remoteHost: String? { json["remote_host"]?.text }
    private var isRemote: Bool { remoteModel != nil || remoteHost != nil }

    /// - Parameters:
    ///   - running: its entry in `/api/ps`.
    ///   - isStateKnown: whether the runtime tells what is in memory.
    ///   - runtimeUsesGPU: whether any model of it was seen on a GPU.
    ///   - clock: the runtime's own.
    func model(running: OllamaEntry?, isStateKnown: Bool, runtimeUsesGPU: Bool, clock: Date) -> LocalModel {
        var model = LocalModel(
            name: name, state: state(running: running, isStateKnown: isStateKnown, clock: clock), isRemote: isRemote,
            mode: mode, sizeBytes: isRemote || json["size_vram"] != nil ? nil : size, details: details)
        if let running {
            model.details.merge(running.placement(clock: clock)) { $1 }
            model.isOnCPU = running.isFallback(runtimeUsesGPU: runtimeUsesGPU)
            // It answers as before until it leaves memory, and then is gone, or is another.
            if json["size_vram"] != nil {
                model.details["isDeleted"] = true
            } else if let digest = json["digest"]?.text, let other = running.json["digest"]?.text, digest != other {
                model.details["isReplaced"] = true
            }
        }
        return model
    }

    private func state(running: OllamaEntry?, isStateKnown: Bool, clock: Date) -> LocalModel.State {
        if let running { return running.isLeaving(clock: clock) ? .other : .loaded }
        // Nothing that the runtime says tells whether the far side of a cloud model works.
        return isRemote || !isStateKnown ? .other : .idle
    }

    /// When it leaves memory; `nil` where nothing is said.
    var expiry: Date? {
        json["expires_at"]?.text.flatMap { Date(rfc3339: $0) }.flatMap { $0.timeIntervalSince1970 > 0 ? $0 : nil }
    }

    /// Its time is up, and it only finishes what it is at: the next request would load it again.
    private func isLeaving(clock: Date) -> Bool { expiry.map { $0 <= clock } ?? false }

    /// Wholly or partly on the CPU although there is a GPU.
    private func isFallback(runtimeUsesGPU: Bool) -> Bool {
        guard let size, let gpuBytes, size > 0 else { return false }
        return gpuBytes < size && (gpuBytes > 0 || runtimeUsesGPU)
    }

    private var capabilities: [String]? { json["capabilities"]?.array?.compactMap(\.text) }

    private var mode: ModelConfig.Mode {
        if let capabilities, !capabilities.isEmpty {
            if capabilities.contains("completion") { return .chat }
            if capabilities.contains("embedding") { return .embedding }
            return capabilities.contains("image") ? .image : .chat
        }
        // Releases that list no capabilities: embedding models are BERTs, or say so in their names.
        let family = json["details"]?["family"]?.text ?? ""
        return family.contains("bert") || name.contains("embed") ? .embedding : .chat
    }

    private var details: [String: JSONValue] {
        let own = json["details"]
        return [
            "family": own?["family"]?.filled,
            "families": own?["families"]?.filled,
            "format": own?["format"]?.filled,
            "parameters": own?["parameter_size"]?.filled,
            "quantization": own?["quantization_level"]?.filled,
            "maxContextLength": own?["context_length"]?.filled,
            "embeddingLength": own?["embedding_length"]?.filled,
            "capabilities": json["capabilities"]?.filled,
            "digest": json["digest"]?.filled,
            "modifiedAt": json["modified_at"]?.time,
            "remoteModel": remoteModel.map { .string($0) },
            "remoteHost": remoteHost.map { .string($0) },
        ].compactMapValues { $0 }
    }

    /// What `/api/ps` adds: where it sits, and until when.
    private func placement(clock: Date) -> [String: JSONValue] {
        var details: [String: JSONValue] = [
            "memoryBytes": json["size"]?.filled,
            "gpuMemoryBytes": json["size_vram"]?.filled,
            "contextLength": json["context_length"]?.filled,
        ].compactMapValues { $0 }
        if let size, let gpuBytes, size > 0 {
            let share = min(1, max(0, Double(gpuBytes) / Double(size)))
            details["gpuShare"] = .number((share * 1_000).rounded() / 1_000)
            details["processor"] = share == 0 ? "cpu" : share < 1 ? "cpu+gpu" : "gpu"
        }
        if let expiry {
            // `keep_alive: -1` is a date some 292 years away.
            if expiry.timeIntervalSince(clock) > 100 * 366 * 86_400 {
                details["keepAlive"] = "forever"
            } else {
                details["expiresAt"] = .string(expiry.rfc3339)
            }
        }
        if isLeaving(clock: clock) { details["runtimeState"] = "stopping" }
        return details
    }
}

extension JSONValue {
    /// The string, unless it is empty.
    var text: String? { string.flatMap { $0.isEmpty ? nil : $0 } }
    /// The number, if it is a whole one.
    var integer: Int64? { number.flatMap { Int64(exactly: $0) } }
    /// The value, unless it says nothing: null, an empty string or list, 0.
    var filled: JSONValue? {
        switch self {
        case .null, .string(""), .array([]), .object([:]), .number(0): nil
        default: self
        }
    }
    /// An RFC 3339 time in our one spelling.
    var time: JSONValue? { text.flatMap { Date(rfc3339: $0) }.map { .string($0.rfc3339) } }
}
