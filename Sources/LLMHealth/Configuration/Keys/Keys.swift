import Health

extension Configuration {
    /// Every key there is, from the top.
    static let section = Section(
        "the configuration", Configuration(), allowsExtensions: true,
        [
            Key("server", \.server, Server.section.format, "the HTTP server"),
            Key(
                "gateways", \.gateways, .map(of: Gateway.section.format, name: "gateway"),
                "gateways, by a name of your own"),
            Key(
                "providers", \.providers, .map(of: Provider.section.format, name: "provider"),
                "who serves models, by name"),
            Key("defaults", \.defaults, Defaults.section.format, "what models take where they say nothing"),
            Key("models", \.models, .list(Model.section.format), "the models that are watched"),
            Key("local", \.local, Local.section.format, "runtimes of your own, whose models are never loaded by us"),
            Key("history", \.history, Store.section.format, "where the past is kept"),
            Key("network", \.network, Network.section.format, "how we get out"),
            Key("logging", \.logging, Log.section.format, "the daemon's own log, on standard error"),
            Key("policy", \.policy, HealthPolicy.section.format, "every number of the decision"),
            Key("limits", \.limits, Limits.section.format, "what the daemon may use"),
            Key("statusPage", \.statusPage, StatusPage.section.format, "a page for everybody, at `/status`"),
            Key(
                "maintenance", \.maintenance, .list(Announcement.maintenanceSection.format),
                "planned work: its models get no traffic and raise no alerts meanwhile"),
            Key(
                "announcements", \.announcements, .list(Announcement.announcementSection.format),
                "what everybody should know, on all pages"),
            Key("import", \.imports, .oneOrMore(Import.format), "Portkey-style files whose models are watched too"),
        ])
}
