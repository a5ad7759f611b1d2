/// In which words a vendor says one thing: by codes, which decide alone, and by phrases of its messages.
///
/// The tables are one for each thing that can be said (``money``, ``models``, ``access``, ``load``…). A new vendor is one
/// line in them; where a row was found is told in docs/provider-answers.md.
struct VendorWords: Sendable {
    /// Who writes so, for the reader of the table.
    let vendors: String
    /// In plain form (``ErrorWords/plain(_:)``).
    let codes: Set<String>
    /// Lower-case.
    let phrases: [String]
    /// The statuses with which the words mean this; `nil` for any.
    let statuses: Set<Int>?

    init(_ vendors: String, codes: [String] = [], phrases: [String] = [], statuses: Set<Int>? = nil) {
        self.vendors = vendors
        self.codes = Set(codes.map { ErrorWords.plain($0) })
        self.phrases = phrases
        self.statuses = statuses
    }

    func fit(_ words: ErrorWords, status: Int) -> Bool {
        guard statuses?.contains(status) ?? true else { return false }
        return words.has(code: codes) || words.mention(any: phrases)
    }
}

extension [VendorWords] {
    /// Whether any row says so.
    func fit(_ words: ErrorWords, status: Int) -> Bool { contains { $0.fit(words, status: status) } }
    /// Whether a code of any row says so, whatever the message.
    func fit(codesOf words: ErrorWords, status: Int) -> Bool {
        contains { ($0.statuses?.contains(status) ?? true) && words.has(code: $0.codes) }
    }
}
