extension Duration {
    /// How many times `every` has gone by, counted exactly: a turn that was served is not met again by a rounding.
    ///
    /// - Parameter every: more than zero; of nothing there are none.
    package func turns(of every: Duration) -> Int {
        guard every > .zero else { return 0 }
        let (turns, rest) = attoseconds.quotientAndRemainder(dividingBy: every.attoseconds)
        return Int(clamping: rest < 0 ? turns - 1 : turns)
    }
}
