// Words of protocols in texts of anybody's: found by bytes. The standard library's search goes by characters and their
// canonical forms, which takes fifty times as long and finds the same.
extension StringProtocol {
    /// Whether the text holds a word.
    ///
    /// - Parameter word: ASCII.
    package func hasASCII(_ word: StaticString) -> Bool { utf8.firstPosition(of: word) != nil }

    /// Whether the text holds a word, in capitals or not.
    ///
    /// - Parameter word: ASCII, in small letters.
    package func hasASCII(anyCase word: StaticString) -> Bool {
        utf8.firstPosition(of: word) { (65...90).contains($0) ? $0 | 32 : $0 } != nil
    }
}

extension Collection<UInt8> {
    /// Where a word begins for the first time.
    package func firstPosition(of word: StaticString, _ fold: (UInt8) -> UInt8 = { $0 }) -> Index? {
        word.withUTF8Buffer { word in
            guard let first = word.first else { return startIndex }
            var start = startIndex
            while start < endIndex {
                if fold(self[start]) == first {
                    var (index, matched) = (start, 0)
                    while matched < word.count, index < endIndex, fold(self[index]) == word[matched] {
                        (index, matched) = (self.index(after: index), matched + 1)
                    }
                    if matched == word.count { return start }
                }
                start = index(after: start)
            }
            return nil
        }
    }
}
