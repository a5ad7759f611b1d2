import Basics
package import Health
import Synchronization

/// Reads lists of models from gateways and providers, on the same way that probes go.
package struct ModelDiscovery: Sendable {
    /// A list to be read.
    package struct Source: Sendable, Hashable {
        /// The provider's or gateway's name in the configuration.
        package var name: String
        /// Where the list is; its `model` does not matter.
        package var target: ModelTarget
        package var filter: NameFilter

        package init(name: String, target: ModelTarget, filter: NameFilter = NameFilter()) {
            self.name = name
            self.target = target
            self.filter = filter
        }
    }

    private let egress: Egress
    private let timeout: Duration
    private let timekeeper: Timekeeper
    /// A list with more pages is cut there.
    private static let mostPages = 20

    /// - Parameter timeout: for each page of a list; default 15 s.
    package init(egress: Egress, timeout: Duration = .seconds(15), timekeeper: Timekeeper = .system) {
        self.egress = egress
        self.timeout = timeout
        self.timekeeper = timekeeper
    }

    /// The upstream names of the models that a source lists and its filter admits, each once, in the list's order.
    ///
    /// - Throws: when the list cannot be read or is empty. Then everything known before stays known.
    package func models(of source: Source) async throws(DiscoveryError) -> [String] {
        var names: [String] = []
        var last: String?
        for _ in 0..<Self.mostPages {
            let page = try await page(of: source, after: last)
            names += page.names
            guard let next = page.next, next != last else { break }
            last = next
        }
        guard !names.isEmpty else {
            throw DiscoveryError(source: source.name, message: "lists no models; those known so far are kept")
        }
        var seen: Set<String> = []
        return names.filter { source.filter.admits($0) && seen.insert($0).inserted }
    }

    private func page(of source: Source, after last: String?) async throws(DiscoveryError) -> ModelList {
        let request: ProbeRequest
        do {
            request = try ProbeRequest(modelListOf: source.target, after: last)
        } catch {
            throw DiscoveryError(source: source.name, message: error.message)
        }
        let exchange: Exchange
        do {
            exchange = try await TimedRequest(request: request, timeout: timeout, stallAfter: timeout).send(by: egress)
        } catch {
            throw DiscoveryError(source: source.name, message: "the question was cancelled")
        }
        let redactor = Redactor(request.secrets)
        let context = ProbeContext(
            provider: source.name, model: source.target.model, gateway: source.target.gateway,
            host: Host(of: request.url).text, timeout: timeout, redactor: redactor, now: timekeeper.now.wall)
        switch ModelList.read(exchange, context, in: ProbeDialects.dialect(of: source.target)) {
        case .success(let list): return list
        case .failure(let outcome):
            throw DiscoveryError(
                source: source.name, message: "its list of models cannot be read", cause: outcome.detail)
        }
    }
}

/// A list of models that could not be had; nothing is forgotten because of it.
package struct DiscoveryError: Error, Sendable, Hashable, CustomStringConvertible {
    package var source: String
    package var message: String
    package var cause: String?

    package init(source: String, message: String, cause: String? = nil) {
        self.source = source
        self.message = message
        self.cause = cause
    }

    package var description: String { "'\(source)': \(message)\(cause.map { ". \($0)" } ?? "")" }
}
