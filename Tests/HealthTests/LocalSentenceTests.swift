import Foundation
import Health
import Testing

@testable import Health

/// The states of local models, each with its status and sentence.
@Suite("Local models in passing states")
struct LocalSentenceTests {
    private static let now = Date(timeIntervalSince1970: 1_795_428_000)

    private func model(_ details: [String: JSONValue], isRemote: Bool = false) -> LocalModel {
        LocalModel(name: "m:latest", state: .other, isRemote: isRemote, details: details)
    }

    @Test(arguments: [(5.0, HealthStatus.unknown), (119, .unknown), (121, .degraded), (4_000, .degraded)])
    func `a model that is being stopped is stuck after two minutes`(_ seconds: Double, _ status: HealthStatus) {
        let end = Date(timeIntervalSince1970: Self.now.timeIntervalSince1970 - seconds)
        let state = model(["runtimeState": "stopping", "expiresAt": .string(end.rfc3339)])
            .passingState(at: .ollama, now: Self.now)
        #expect(state.status == status)
        #expect(state.sentence.contains("'ollama stop m:latest'") == (status == .degraded))
    }

    @Test
    func `loading, leaving, remote and silent ones say so`() {
        func sentence(_ details: [String: JSONValue], isRemote: Bool = false) -> String {
            model(details, isRemote: isRemote).passingState(at: .lmStudio, now: Self.now).sentence
        }
        let sentences = [
            sentence(["runtimeState": "loading"]), sentence(["runtimeState": "unloading"]),
            sentence(["runtimeState": "odd"]), sentence([:], isRemote: true), sentence([:]),
        ]
        #expect(Set(sentences).count == 5)
        #expect(sentences[0] == "LM Studio is loading it; it is probed once it is in memory.")
    }

    @Test
    func `a model that never was there is told from one that was deleted`() {
        let never = LocalModel(name: "m", state: .missing).absenceSentence(at: .ollama)
        #expect(never.contains("its download is not finished; 'ollama pull m' fetches it"))
        let gone = LocalModel(name: "m", state: .missing, details: ["lastSeenAt": "2026-11-30T10:00:00.000Z"])
            .absenceSentence(at: .ollama)
        #expect(gone.contains("deleted after 2026-11-30T10:00:00.000Z"))
    }

    @Test(arguments: [
        ("llama3.2", "library/llama3.2", true), ("llama3.2:latest", "library/llama3.2", true),
        ("Llama3.2", "llama3.2:latest", true), ("registry.ollama.ai/library/llama3.2:latest", "llama3.2", true),
        ("https://registry.ollama.ai/library/llama3.2", "llama3.2", true), ("llama3.2:1b", "llama3.2", false),
        ("hf.co/bartowski/x-GGUF:Q4_K_M", "HF.co/bartowski/x-gguf:q4_k_m", true),
        ("hf.co/bartowski/x-GGUF", "hf.co/bartowski/x-GGUF:latest", true), ("me/llama3.2", "llama3.2", false),
        ("host:5000/library/m", "host:5000/library/m:latest", true), ("host:5000/library/m", "m", false),
    ])
    func `one rule for names`(_ a: String, _ b: String, _ isSame: Bool) {
        #expect(LocalRuntime.ollama.isSame(a, b) == isSame)
        #expect(LocalRuntime.ollama.isSame(b, a) == isSame)
    }

    @Test
    func `LM Studio's names are taken letter by letter`() {
        #expect(!LocalRuntime.lmStudio.isSame("Qwen", "qwen"))
        #expect(LocalRuntime.lmStudio.isSame("qwen", "qwen"))
    }
}
