import Foundation
import Health
import Testing

@testable import LLMHealth
@testable import Observation

/// The recipes of docs/providers.md, each taken as it stands.
@Suite("Recipes for providers", .timeLimit(.minutes(5)))
struct ProviderRecipeTests {
    struct Recipe: Sendable, CustomTestStringConvertible {
        var name: String
        var yaml: String
        var url: String
        /// The header that carries the key; `nil` where there is none.
        var header: String?
        var hasSource: Bool
        var testDescription: String { name }
    }

    static let recipes: [Recipe] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/providers.md")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.components(separatedBy: "\n## ").dropFirst().map { section in
            let blocks = section.components(separatedBy: "```")
            let request = section.components(separatedBy: "Probed by `POST ").dropFirst().first ?? ""
            let header = request.components(separatedBy: "with the key in `").dropFirst().first
            return Recipe(
                name: String(section.prefix { $0 != "\n" }),
                yaml: blocks.count == 3 ? String(blocks[1].dropFirst("yaml".count)) : "",
                url: String(request.prefix { $0 != "`" }),
                header: header.map { String($0.prefix { $0 != "`" }) },
                hasSource: section.contains("Sources: <https://"))
        }
    }()

    @Test
    func `there is one for each that is known`() {
        let names = Set(Self.recipes.map(\.name))
        #expect(
            names == [
                "OpenAI", "Anthropic", "OpenRouter", "Groq", "Azure OpenAI, classic", "Azure OpenAI, v1", "AWS Bedrock",
                "Google Vertex AI", "Google Gemini", "Google Gemini, native", "Mistral", "Together", "Fireworks",
                "DeepSeek", "xAI", "vLLM",
                "llama.cpp", "SGLang", "TGI", "Ollama", "LM Studio", "LiteLLM", "Portkey, open source",
                "Portkey, hosted", "Kong AI Gateway", "Cloudflare AI Gateway",
            ])
    }

    @Test(arguments: recipes)
    func `is valid, and asks where and as it says`(_ recipe: Recipe) throws {
        #expect(recipe.hasSource)
        var environment: [String: String] = [:]
        for part in recipe.yaml.components(separatedBy: "{env: ").dropFirst() {
            let name = String(part.prefix { $0 != "}" })
            environment[name] = "secret-\(name.lowercased())"
        }
        let folder = try ConfigurationFolder(yaml: recipe.yaml, ["vertex-token": "secret-token\n"])
        #expect(folder.problems(environment: environment).isEmpty)
        let model = try #require(try folder.load(environment: environment).modelConfigs().first)
        let target = try #require(model.targets.first)
        let ask = ProbeAsk(
            model: model, target: target, config: model.probe, isStreamed: false, lessons: Lessons(), nonce: "n")
        let request = try ProbeRequest(ask, trace: "t")
        #expect(request.url == recipe.url)
        let secrets = request.headers.filter { $0.value.contains("secret-") }.map { $0.name.lowercased() }
        if let header = recipe.header {
            #expect(secrets.contains(header), "the key is in \(secrets)")
            #expect(!secrets.contains("authorization") || header == "authorization")
        } else {
            #expect(secrets.isEmpty)
        }
    }
}
