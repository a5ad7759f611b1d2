/// A file that cannot serve as a store: what is wrong, where, and what to do.
package struct StoreOpenError: Error, Sendable, Hashable, CustomStringConvertible {
    package var path: String
    package var problem: String
    package var advice: String

    package init(path: String, problem: String, advice: String) {
        self.path = path
        self.problem = problem
        self.advice = advice
    }

    package var description: String { "\(path): \(problem); \(advice)" }
}
