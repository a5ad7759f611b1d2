import Health
import Testing

@testable import LLMHealth
@testable import Observation

@Suite("Addresses of providers, as people have them", .timeLimit(.minutes(5)))
struct ProviderAddressTests {
    @Test(arguments: [
        ("https://api.openai.com", "https://api.openai.com/v1/chat/completions"),
        ("https://api.openai.com/", "https://api.openai.com/v1/chat/completions"),
        ("https://api.openai.com/v1//", "https://api.openai.com/v1/chat/completions"),
        ("https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1/chat/completions"),
        ("https://api.openai.com/v1/chat/completions/", "https://api.openai.com/v1/chat/completions"),
        ("https://api.openai.com/v1/models", "https://api.openai.com/v1/chat/completions"),
        ("https://api.openai.com/v1/embeddings", "https://api.openai.com/v1/chat/completions"),
        ("http://10.0.0.1:8000/v1/completions", "http://10.0.0.1:8000/v1/chat/completions"),
        (
            "https://open.bigmodel.cn/api/paas/v4/chat/completions",
            "https://open.bigmodel.cn/api/paas/v4/chat/completions"
        ),
        ("https://api.z.ai/api/paas/v4", "https://api.z.ai/api/paas/v4/chat/completions"),
        ("https://api.perplexity.ai/chat/completions", "https://api.perplexity.ai/chat/completions"),
        (
            "https://models.github.ai/inference/chat/completions",
            "https://models.github.ai/inference/chat/completions"
        ),
        ("http://127.0.0.1:11434/api/chat", "http://127.0.0.1:11434/v1/chat/completions"),
        (
            "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21",
            "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21"
        ),
        (
            "https://r.openai.azure.com/openai/deployments/d?api-version=2024-10-21",
            "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21"
        ),
        (
            "https://r.openai.azure.com/openai?api-version=2024-10-21",
            "https://r.openai.azure.com/openai/deployments/m/chat/completions?api-version=2024-10-21"
        ),
        (
            "https://r.cognitiveservices.azure.com/openai/deployments/d/embeddings?api-version=2023-05-15",
            "https://r.cognitiveservices.azure.com/openai/deployments/d/chat/completions?api-version=2023-05-15"
        ),
        ("https://r.openai.azure.com", "https://r.openai.azure.com/openai/v1/chat/completions"),
        ("https://r.openai.azure.com/openai/v1/", "https://r.openai.azure.com/openai/v1/chat/completions"),
        (
            "https://r.openai.azure.com/openai/v1/chat/completions?api-version=preview",
            "https://r.openai.azure.com/openai/v1/chat/completions?api-version=preview"
        ),
        (
            "https://r.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview",
            "https://r.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview"
        ),
        (
            "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent",
            "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions"
        ),
        (
            "https://generativelanguage.googleapis.com",
            "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions"
        ),
        (
            "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
            "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions"
        ),
        (
            "https://bedrock-runtime.eu-west-1.amazonaws.com",
            "https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1/chat/completions"
        ),
        (
            "https://aiplatform.googleapis.com/v1/projects/p/locations/global/endpoints/openapi/chat/completions",
            "https://aiplatform.googleapis.com/v1/projects/p/locations/global/endpoints/openapi/chat/completions"
        ),
        ("https://api.mistral.ai/v1/chat/completions", "https://api.mistral.ai/v1/chat/completions"),
    ])
    func `whatever is copied, the chat endpoint is found`(_ written: String, _ url: String) throws {
        let models = try Configuration.load(
            yaml: "providers: {p: {url: \"\(written)\"}}\nmodels: [{id: m, provider: p}]\n"
        ).modelConfigs()
        #expect(models[0].targets[0].endpoint("chat/completions") == url)
    }

    @Test(arguments: [
        ("p", "https://api.anthropic.com/v1/messages", "https://api.anthropic.com/v1/messages"),
        ("p", "https://proxy.internal/v1/messages", "https://proxy.internal/v1/messages"),
        ("p", "https://api.z.ai/api/anthropic/v1/messages", "https://api.z.ai/api/anthropic/v1/messages"),
        ("p", "https://r.services.ai.azure.com/anthropic", "https://r.services.ai.azure.com/anthropic/v1/messages"),
        ("anthropic", "https://api.anthropic.com/", "https://api.anthropic.com/v1/messages"),
    ])
    func `an address says whose dialect is spoken there`(_ name: String, _ written: String, _ url: String) throws {
        let models = try Configuration.load(
            yaml: "providers: {\(name): {url: \"\(written)\"}}\nmodels: [{id: m, provider: \(name)}]\n"
        ).modelConfigs()
        #expect(models[0].targets[0].dialect == .anthropic)
        #expect(models[0].targets[0].endpoint("messages") == url)
    }

    @Test
    func `a list of models has its own query, beside Azure's`() {
        let target = ModelTarget(
            baseURL: "https://r.openai.azure.com/openai/v1/{path}?api-version=preview", model: "m")
        #expect(
            target.endpoint("models?limit=5")
                == "https://r.openai.azure.com/openai/v1/models?api-version=preview&limit=5")
    }

    @Test(arguments: [
        (
            "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude/converse",
            "write https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1"
        ),
        (
            "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google/models/g:generateContent",
            "write https://LOCATION-aiplatform.googleapis.com/v1/projects/PROJECT/locations/LOCATION/endpoints/openapi"
        ),
        ("https://api.cohere.com/v2/chat", "write https://api.cohere.com/compatibility/v1"),
        ("https://r.openai.azure.com/openai/deployments/d/chat/completions", "end it with ?api-version=2024-10-21"),
        ("https://generativelanguage.googleapis.com/v1beta/models/g:generateContent?key=AIza", "give it as `key:`"),
        ("https://x.example/v1?tenant=1", "end it after the path"),
        ("https://me:secret@x.example", "give them as a key or a header"),
    ])
    func `what is not spoken to is refused with what to write`(_ written: String, _ advice: String) throws {
        let folder = try ConfigurationFolder(
            yaml: "providers: {p: {url: \"\(written)\"}}\nmodels: [{id: m, provider: p}]\n")
        let problems = folder.problems()
        #expect(problems.count == 1)
        #expect(problems.first?.contains(advice) == true, "\(problems)")
        #expect(problems.first?.contains("secret") == false)
    }

    @Test
    func `a runtime and a gateway are found at what an SDK was given`() throws {
        let configuration = try Configuration.load(
            yaml: """
                gateways: {g: {url: "http://gw:8787/v1/chat/completions"}}
                local: {ollama: {url: "http://h:11434/api/generate"}, lmStudio: {url: "http://h:1234/v1/models"}}
                providers: {openai: {via: g}}
                models: [{id: a, provider: openai}, {id: b, provider: ollama}, {id: c, provider: lmstudio}]
                """)
        #expect(
            try configuration.modelConfigs().map { $0.targets[0].baseURL } == [
                "http://gw:8787", "http://h:11434", "http://h:1234",
            ])
        #expect(configuration.gateways["g"]?.url == "http://gw:8787/v1")
    }
}
