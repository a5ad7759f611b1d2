import ChatApp
import Foundation
import Health
import LLMHealth
import Logging
import ServiceLifecycle

// Watches the models of one OpenAI-compatible server and prints what changes:
//
//     swift run chat-app http://127.0.0.1:8080 gpt-4o gpt-4o-mini
//
let arguments = CommandLine.arguments.dropFirst()
guard let url = arguments.first, arguments.count > 1 else {
    print("usage: chat-app URL MODEL…")
    exit(2)
}
let logger = Logger(label: "chat-app")
let monitor = try await LLMHealthMonitor(
    models: arguments.dropFirst().map { name in
        ModelConfig(
            id: ModelID(name), provider: "server", targets: [ModelTarget(baseURL: url, model: name)],
            interval: .seconds(5))
    }, logger: logger)

let changes = monitor.changes()
Task {
    for await change in changes { print("\(change.modelId): \(change.currentStatus.rawValue). \(change.reason)") }
}
try await ServiceGroup(services: [monitor], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
