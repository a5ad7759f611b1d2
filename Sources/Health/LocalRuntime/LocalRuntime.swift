/// The local runtimes that can be watched.
///
/// A further one is a case and a profile here, a reader (`LocalRuntimeReader` in `Observation`), and its line in that
/// protocol's register. Configuration, provider kinds, sentences and the schema follow from the profile.
public enum LocalRuntime: String, Sendable, Hashable, Codable, CaseIterable {
    /// Ollama.
    case ollama
    /// LM Studio.
    case lmStudio = "lmstudio"
    /// llama.cpp's `llama-server`.
    case llamaCpp = "llamacpp"

    package var profile: Profile {
        switch self {
        case .ollama: .ollama
        case .lmStudio: .lmStudio
        case .llamaCpp: .llamaCpp
        }
    }
}

extension LocalRuntime {
    /// What is the same for all runtimes of a kind.
    package struct Profile: Sendable {
        /// What the end of a model's time in memory depends on.
        package enum Residency: Sendable {
            /// On requests, and the runtime tells when it is due: a probe can leave it as it is (`keep_alive`).
            case told
            /// On requests, and the runtime does not tell: any probe would put it off.
            case untold
            /// On nothing that a request does.
            case permanent
        }

        /// As its makers write it.
        package var title: String
        /// Its key under `local:`.
        package var key: String
        /// Where it listens unless told otherwise.
        package var defaultURL: String
        /// Other spellings of its raw value as a provider's kind.
        package var aliases: Set<String> = []
        /// How it is started, as an imperative that is followed by "or".
        package var startHint: String
        /// The command that fetches a model; `nil` where there is none. `NAME` stands for the model's name.
        package var fetchCommand: String?
        /// How it is spoken to without a gateway.
        package var dialect = ModelTarget.Dialect.openAI
        package var residency: Residency
        /// Whether it is looked for at its default address when nothing is configured.
        package var isStandard = false
    }

    /// As its makers write it.
    package var title: String { profile.title }
    /// Its section of the configuration.
    package var configurationKey: String { "local.\(profile.key)" }
}

extension LocalRuntime.Profile {
    static let ollama = Self(
        title: "Ollama", key: "ollama", defaultURL: "http://127.0.0.1:11434", startHint: "Start it with 'ollama serve'",
        fetchCommand: "ollama pull NAME", dialect: .ollama, residency: .told, isStandard: true)

    static let lmStudio = Self(
        title: "LM Studio", key: "lmStudio", defaultURL: "http://127.0.0.1:1234", aliases: ["lm-studio"],
        startHint: "Start its server with 'lms server start', or in the Developer tab,", fetchCommand: "lms get NAME",
        residency: .untold, isStandard: true)

    /// Its default port is that of many programs, so it is not looked for there unasked.
    static let llamaCpp = Self(
        title: "llama.cpp", key: "llamaCpp", defaultURL: "http://127.0.0.1:8080", aliases: ["llama.cpp", "llama-cpp"],
        startHint: "Start it with 'llama-server -m FILE'", residency: .permanent)
}
