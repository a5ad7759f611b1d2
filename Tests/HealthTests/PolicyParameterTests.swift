import Testing

@testable import Health

@Suite struct PolicyParameterTests {
    /// Every stored number of a policy by its path, as the language itself sees it.
    private static func leaves(_ value: Any, _ path: String = "") -> [String: String] {
        switch value {
        case is Double, is Int, is Duration, is [Duration]: [path: "\(value)"]
        default:
            Mirror(reflecting: value).children.reduce(into: [:]) { all, child in
                let name = child.label ?? "?"
                all.merge(leaves(child.value, path.isEmpty ? name : "\(path).\(name)")) { $1 }
            }
        }
    }

    private static let keys = HealthPolicy.parameters.map(\.key)

    @Test func `every stored number has a key and every key a number`() {
        #expect(Set(Self.leaves(HealthPolicy()).keys).symmetricDifference(Self.keys) == [])
    }

    @Test func `keys are unique and told`() {
        #expect(Set(Self.keys).count == Self.keys.count)
        for parameter in HealthPolicy.parameters {
            #expect(!parameter.unit.isEmpty && !parameter.meaning.isEmpty, "\(parameter.key)")
        }
    }

    @Test(arguments: HealthPolicy.parameters.indices)
    func `a key changes its own number and no other`(_ index: Int) {
        let parameter = HealthPolicy.parameters[index]
        let before = Self.leaves(HealthPolicy())
        var policy = HealthPolicy()
        switch parameter.path {
        case .number(let path, _): policy[keyPath: path] += 0.125
        case .count(let path, _): policy[keyPath: path] += 1
        case .duration(let path): policy[keyPath: path] += .seconds(1)
        case .durations(let path): policy[keyPath: path].append(.seconds(99))
        }
        #expect(policy != HealthPolicy())
        let after = Self.leaves(policy)
        #expect(after.filter { before[$0.key] != $0.value }.map(\.key) == [parameter.key])
    }

    @Test func `the defaults lie within their own bounds`() {
        let policy = HealthPolicy()
        for parameter in HealthPolicy.parameters {
            switch parameter.path {
            case .number(let path, let range): #expect(range.contains(policy[keyPath: path]), "\(parameter.key)")
            case .count(let path, let range): #expect(range.contains(policy[keyPath: path]), "\(parameter.key)")
            case .duration(let path): #expect(policy[keyPath: path] > .zero, "\(parameter.key)")
            case .durations(let path):
                #expect(policy[keyPath: path] == policy[keyPath: path].sorted(), "\(parameter.key)")
                #expect(policy[keyPath: path].allSatisfy { $0 > .zero }, "\(parameter.key)")
            }
        }
    }
}
