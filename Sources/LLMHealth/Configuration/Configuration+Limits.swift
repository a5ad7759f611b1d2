import Health

extension Configuration {
    /// The daemon's own log, on standard error.
    public struct Log: Sendable, Hashable {
        /// From `trace`, everything, to `critical`.
        public enum Level: String, Sendable, Hashable, CaseIterable {
            /// From the most to the least talkative.
            case trace, debug, info, notice, warning, error, critical
        }
        /// How a line is written.
        public enum Format: String, Sendable, Hashable, CaseIterable {
            /// One line an event, for people.
            case text
            /// One JSON object an event.
            case json
        }

        /// Default `info`; key `level`.
        public var level: Level
        /// Default `text`; key `format`.
        public var format: Format

        /// Default: text, from `info` on.
        public init(level: Level = .info, format: Format = .text) {
            self.level = level
            self.format = format
        }
    }

    /// What the daemon may use.
    public struct Limits: Sendable, Hashable {
        /// Probes in flight at once, over all models; default 256; key `concurrentProbes`.
        public var concurrentProbes: Int
        /// Models that discovery may add; default 500; key `discoveredModels`.
        public var discoveredModels: Int
        /// Pieces of evidence that may wait; default 65,536; key `intake`.
        public var intake: Int
        /// The longest shutdown, draining included; default 10 s; key `shutdown`.
        public var shutdown: Duration

        /// Defaults as the properties say.
        public init(
            concurrentProbes: Int = 256, discoveredModels: Int = 500,
            intake: Int = 65_536, shutdown: Duration = .seconds(10)
        ) {
            self.concurrentProbes = concurrentProbes
            self.discoveredModels = discoveredModels
            self.intake = intake
            self.shutdown = shutdown
        }
    }
}

extension Configuration.Log {
    static let section = Section(
        "the log", Configuration.Log(),
        [
            Key("level", \.level, .choice, "the least that is written"),
            Key("format", \.format, .choice, "`text` for people, `json` for machines"),
        ])
}

extension Configuration.Limits {
    static let section = Section(
        "limits", Configuration.Limits(),
        [
            Key(
                "concurrentProbes", \.concurrentProbes, .whole(1...10_000), "probes in flight at once, over all models"),
            Key("discoveredModels", \.discoveredModels, .whole(0...100_000), "models that discovery may add"),
            Key("intake", \.intake, .whole(256...10_000_000), "pieces of evidence that may wait"),
            Key(
                "shutdown", \.shutdown, .duration(.seconds(1)...(.seconds(300))),
                "the longest shutdown, draining included"),
        ])
}
