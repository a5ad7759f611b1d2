// The one rule for the names of local models, for whoever watches, lists or configures them.
extension LocalRuntime {
    /// The one spelling of a model's name: to compare a configured name with a listed one.
    ///
    /// Ollama's names are `[scheme://][host/][namespace/]model[:tag]`; what its own lists leave out (the default host
    /// and namespace) is left out, what they add (`:latest`) is added. The case is kept: see ``isSame(_:_:)``.
    public func canonicalName(_ name: String) -> String {
        guard self == .ollama else { return name }
        var rest = name[...]
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        for prefix in ["registry.ollama.ai/", "library/"] where rest.lowercased().hasPrefix(prefix) {
            rest.removeFirst(prefix.count)
        }
        // A colon before the last slash belongs to a registry's port.
        let model = rest[(rest.lastIndex(of: "/").map(rest.index(after:)) ?? rest.startIndex)...]
        return model.contains(":") ? String(rest) : "\(rest):latest"
    }

    /// What two names of one model have in common: the canonical name, in one case where the runtime does not mind.
    public func nameKey(_ name: String) -> String {
        self == .ollama ? canonicalName(name).lowercased() : name
    }

    /// Whether two names mean one model.
    public func isSame(_ a: String, _ b: String) -> Bool { a == b || nameKey(a) == nameKey(b) }
}
