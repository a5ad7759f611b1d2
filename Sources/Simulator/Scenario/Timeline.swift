/// Changes to a running simulator, each at its time after the start.
package struct Timeline: Sendable, Equatable {
    package var events: [Event]
    /// After this time everything begins again, with the state of the start; nil = once.
    package var period: Duration?

    package init(events: [Event] = [], repeating period: Duration? = nil) {
        self.events = events
        self.period = period
    }

    /// A change and when it comes.
    package struct Event: Sendable, Equatable {
        /// The time after the start, or after the start of the round when the timeline repeats.
        package var at: Duration
        package var change: Change

        package init(at: Duration, _ change: Change) {
            self.at = at
            self.change = change
        }
    }

    package enum Change: Sendable, Equatable {
        case behavior(Behavior, model: String, face: Face)
        /// nil = the face behaves again.
        case faceBehavior(Behavior?, face: Face)
        case siteBehavior(Behavior, site: String)
        case listening(Bool, face: Face)
        case loaded(Bool, model: String, face: Face)
        case added(SimulatedModel)
        case removed(model: String, face: Face)
    }
}
