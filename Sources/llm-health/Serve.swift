import ArgumentParser
import LLMHealth
import Logging

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch the models and serve their health over HTTP.",
        discussion: "Reads the configuration again on SIGHUP and when its files change. SIGTERM and Ctrl-C end it.")

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "Where to listen; wins over server.host.")
    var host: String?

    @Option(help: "TCP port, 0 for any free one; wins over server.port.")
    var port: String?

    func run() async throws {
        var overrides: [ConfigurationOverride] = []
        if let host { overrides.append(.init(argument: "--host", path: ["server", "host"], value: host)) }
        if let port { overrides.append(.init(argument: "--port", path: ["server", "port"], value: port)) }
        let source = options.source(overrides)
        let configuration = try source.load()
        let logger = Logger.standard(configuration.logging)
        if configuration.files.isEmpty {
            logger.notice("No configuration, so Ollama, LM Studio and Portkey are looked for on their usual ports")
        }
        ProcessMetrics.bootstrap()
        try await Daemon(configuration: configuration, source: source, logger: logger).run()
    }
}
