import ArgumentParser
import LLMHealth

struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the JSON Schema of the configuration, for editors.", shouldDisplay: false)

    @Flag(help: "Print the reference of all keys as Markdown instead.")
    var reference = false

    @Flag(help: "Print JSON; the schema always is.")
    var json = false

    func run() throws {
        if reference { return Output.write(ConfigurationReference.markdown) }
        try Output.write(json: ConfigurationSchema.json)
    }
}
