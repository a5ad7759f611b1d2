package import Health

/// What the page for everybody shows: only what is named here.
package struct StatusPage: Sendable {
    package struct Group: Sendable {
        package var name: String
        package var models: [NamePattern]
        /// A line for each model, or one for all of them.
        package var showsModels: Bool

        package init(name: String, models: [NamePattern], showsModels: Bool = true) {
            self.name = name
            self.models = models
            self.showsModels = showsModels
        }

        func contains(_ id: ModelID) -> Bool { models.contains { $0.matches(id.rawValue) } }
    }

    package var title: String
    package var text: String
    /// Where its readers find it.
    package var url: String?
    package var groups: [Group]
    /// What models are called there.
    package var names: [ModelID: String]

    package init(title: String, text: String = "", url: String? = nil, groups: [Group], names: [ModelID: String] = [:])
    {
        self.title = title
        self.text = text
        self.url = url
        self.groups = groups
        self.names = names
    }

    /// Those of the fleet that it is about, in the fleet's order.
    package func models(of fleet: FleetHealth) -> [ModelID] {
        fleet.models.map(\.modelId).filter { id in groups.contains { $0.contains(id) } }
    }

    /// How a model is called in public: by the group's name where models are not shown one by one.
    func publicName(of id: ModelID) -> String? {
        guard let group = groups.first(where: { $0.contains(id) }) else { return nil }
        return group.showsModels ? names[id] ?? id.rawValue : group.name
    }
}
