import Testing

@testable import Simulator

@Suite(.timeLimit(.minutes(5)))
struct ControlTests {
    static let models = [
        SimulatedModel("meta/llama-3"), SimulatedModel("twin"), SimulatedModel("twin", on: .lmStudio),
        SimulatedModel("mistral", on: .ollama),
    ]

    @Test func `a behaviour is changed, shown and taken back`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let url = simulator.controlAPI.url + "/_sim/models"
            let place = "?face=openai&model=meta%2Fllama-3"
            let put = try await client.send("PUT", url + "/behavior" + place, [:], #"{"fault":"http-503","share":1}"#)
            #expect(put.status == 204)
            let chatURL = simulator.openAI.url + "/v1/chat/completions"
            #expect(try await client.post(chatURL, chat("meta/llama-3")).status == 503)
            let shown = try await client.get(url + "?face=openai").json.array?.first
            #expect(shown?["id"] == "meta/llama-3")
            #expect(shown?["behavior"]?["fault"] == "http-503")
            #expect(try await client.send("DELETE", url + "/behavior" + place).status == 204)
            #expect(try await client.post(chatURL, chat("meta/llama-3")).status == 200)
        }
    }

    @Test func `a local model is loaded by hand, models come and go, and faces stop and start`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let url = simulator.controlAPI.url + "/_sim"
            #expect(try await client.send("POST", url + "/loaded?model=mistral&loaded=true").status == 204)
            #expect(simulator.models(on: .ollama).map(\.isLoaded) == [true])
            #expect(try await client.send("POST", url + "/models", [:], #"{"id":"new","face":"openai"}"#).status == 204)
            #expect(simulator.models(on: .openAI).map(\.specification.id).last == "new")
            #expect(try await client.send("DELETE", url + "/models?model=new").status == 204)
            #expect(try await client.send("POST", url + "/faces/listening?face=ollama&listening=false").status == 204)
            #expect(!simulator.isListening(.ollama))
            let faces = try await client.get(url + "/faces").json.array ?? []
            #expect(faces.first { $0["face"] == "ollama" }?["listening"] == false)
            #expect(
                try await client.send("PUT", url + "/faces/behavior?face=portkey", [:], #""http-500""#).status == 204)
            #expect(try await client.get(simulator.portkey.url + "/").status == 500)
            #expect(try await client.send("PUT", url + "/sites?site=eu", [:], #""http-402""#).status == 204)
            #expect(try await client.post(simulator.openAI.url + "/eu/v1/chat/completions", chat("x")).status == 402)
            #expect(try await client.send("POST", url + "/reset").status == 204)
            #expect(simulator.isListening(.ollama))
            #expect(simulator.models(on: .ollama).map(\.isLoaded) == [false])
            #expect(try await client.get(simulator.portkey.url + "/").status == 200)
        }
    }

    @Test func `the requests seen are told from a number on, and forgotten`() async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let url = simulator.controlAPI.url + "/_sim/requests"
            for path in ["/", "/api/tags", "/api/ps"] { _ = try await client.get(simulator.ollama.url + path) }
            let report = try await client.get(url + "?since=1&face=ollama").json
            #expect(report["requests"]?.array?.map { $0["path"]?.string } == ["/api/tags", "/api/ps"])
            #expect(report["seen"] == 3)
            #expect(try await client.send("DELETE", url).status == 204)
            #expect(try await client.get(url).json["requests"] == [])
            _ = try await client.get(simulator.ollama.url + "/")
            #expect(try await client.get(url).json["requests"]?.array?.map { $0["number"] } == [4])
        }
    }

    @Test(arguments: [
        ("PUT", "/models/behavior?model=nope", #""hang""#, 404, "no face has a model 'nope'"),
        ("PUT", "/models/behavior?model=nope&face=openai", #""hang""#, 404, "no model 'nope' on the face 'openai'"),
        ("PUT", "/models/behavior?model=twin", #""hang""#, 400, "several faces"),
        ("PUT", "/models/behavior?model=twin&face=openapi", #""hang""#, 400, "'openapi' is unknown"),
        ("PUT", "/models/behavior?face=openai", #""hang""#, 400, "'model' is missing"),
        ("PUT", "/models/behavior?model=twin&face=openai", #""hung""#, 400, "did you mean 'hang'"),
        ("PUT", "/models/behavior?model=twin&face=openai", #"{"falt":"hang"}"#, 400, "did you mean 'fault'"),
        ("PUT", "/models/behavior?model=twin&face=openai", #"{"share":2}"#, 400, "within 0…1"),
        ("PUT", "/models/behavior?model=twin&face=openai", #"{"#, 400, ""),
        ("POST", "/loaded?model=mistral", "", 400, "'loaded' is missing"),
        ("POST", "/loaded?model=mistral&loaded=yes", "", 400, "neither true nor false"),
        ("POST", "/models", #"{"id":"twin","face":"openai"}"#, 404, "twice"),
        ("GET", "/requests?since=x", "", 400, "no request number"), ("GET", "/nope", "", 404, "docs/simulator.md"),
    ])
    func `a bad call is told what is wrong`(
        method: String, path: String, body: String, status: Int, message: String
    ) async throws {
        try await withPeer(.init(models: Self.models)) { simulator, client async throws in
            let answer = try await client.send(method, simulator.controlAPI.url + "/_sim" + path, [:], body)
            #expect(answer.status == status)
            let error = answer.json["error"]?.string ?? ""
            #expect(error.contains(message) && !error.isEmpty)
        }
    }
}
