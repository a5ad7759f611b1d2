import Health

extension TokenPrice {
    static let section = Section(
        "a price", TokenPrice(input: 0, output: 0),
        [
            Key("input", \.input, .number(0...100_000), "dollars per million input tokens", isRequired: true),
            Key("output", \.output, .number(0...100_000), "dollars per million output tokens"),
        ])
}
