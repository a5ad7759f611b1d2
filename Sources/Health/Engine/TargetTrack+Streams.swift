/// What streamed requests come to where plain ones succeed.
struct StreamTrack: Sendable {
    /// Streamed requests fail, plain ones do not.
    var isBroken = false
    /// While that is not certain: streamed failures in a row with plain successes between them.
    var failures = 0
    /// Streamed successes in a row.
    var successes = 0
    var lastFailure: Outcome?
    /// Whether the latest probe streamed: they take turns while streams are broken.
    var wasLast = false

    /// Streamed successes in a row that end it.
    static let enough = 2
    /// Streamed failures in a row that make it certain where there is no budget to confirm the first.
    static let certainty = 2
}

/// Whether the answering model is another one than before.
struct OtherModelTrack: Sendable {
    /// Answers in a row of another model.
    var looks = 0
    /// Answers in a row of the right one since.
    var rightLooks = 0
    var detail = ""

    /// Answers in a row that make it certain, either way.
    static let enough = 2
    var isCertain: Bool { looks >= Self.enough }
}

// A failure is confirmed in the way it happened.
extension TargetTrack {
    /// Whether a success says nothing of the failures in the present run: they streamed, and it did not.
    func refutesOnlyPlain(isStreamed: Bool, _ policy: HealthPolicy) -> Bool {
        guard let run, variesManner, run.isStreamed, !isStreamed, !isOut else { return false }
        // Nobody would look again: then it is the only word there is.
        return run.isPlainAlive || budget >= 1 || run.probes > 1
    }

    /// A plain success ends a run of streamed failures that there is no budget to confirm: the regular probes do, of which
    /// every other one streams until one of those succeeds. - Returns: whether it is certain now that only streamed requests fail.
    mutating func suspectStreams(isStreamed: Bool, at now: Moment, _ policy: HealthPolicy) -> Bool {
        guard let run, variesManner, run.isStreamed, !isStreamed, !isOut, run.probes > 0 else { return false }
        if boxedStream.isNone { boxedStream = Boxed(StreamTrack()) }
        boxedStream.update { $0.failures += run.probes }
        guard let stream = boxedStream.value, !stream.isBroken, stream.failures >= StreamTrack.certainty else {
            return false
        }
        breakStreams(at: now, policy)
        return true
    }

    /// How the confirmation after `asked` others is to be made: in the manner that failed, save one that tells whether
    /// plain requests fail too.
    func manner(ofConfirmation asked: Int, of run: Run) -> Bool? {
        guard variesManner else { return nil }
        guard run.isStreamed else { return false }
        return !(asked == Self.plainConfirmation && !run.isPlainAlive)
    }
    private static let plainConfirmation = 2

    /// Streamed requests are what fails.
    mutating func breakStreams(at now: Moment, _ policy: HealthPolicy) {
        boxedStream = Boxed(StreamTrack(isBroken: true, lastFailure: lastFailure, wasLast: true))
        run = nil
        hasVerdict = true
        heldSince = nil
        if !errors.isAlarmed { errors.reset() }
    }

    /// Takes up how a streamed probe ended. - Returns: whether that is all there is to say of it: streams are known to fail.
    mutating func noteStream(_ flight: Flight?, isSuccess: Bool, _ outcome: Outcome) -> Bool {
        guard let stream = boxedStream.value, let flight else { return false }
        boxedStream.update { $0.wasLast = flight.isStreamed }
        guard stream.isBroken else {
            if flight.isStreamed, isSuccess { boxedStream = Boxed() }
            return false
        }
        guard flight.isStreamed else { return false }
        guard isSuccess else {
            boxedStream.update {
                $0.successes = 0
                $0.lastFailure = outcome
            }
            return true
        }
        boxedStream.update { $0.successes += 1 }
        if boxedStream.value?.successes ?? 0 >= StreamTrack.enough { boxedStream = Boxed() }
        return false
    }

    /// Whether the next regular probe is to stream: while streams are broken every other one does.
    var mannerOfNext: Bool? {
        guard let stream = boxedStream.value else { return nil }
        return stream.successes > 0 || !stream.wasLast
    }

    /// Takes up which model a good answer came from.
    mutating func noteAnsweringModel(_ outcome: Outcome) {
        guard outcome.cause == .otherModelAnswered else {
            guard !boxedOther.isNone else { return }
            boxedOther.update { $0.rightLooks += 1 }
            if let other = boxedOther.value, other.rightLooks >= OtherModelTrack.enough || !other.isCertain {
                boxedOther = Boxed()
            }
            return
        }
        if boxedOther.isNone { boxedOther = Boxed(OtherModelTrack()) }
        boxedOther.update {
            $0.looks += 1
            $0.rightLooks = 0
            $0.detail = outcome.detail
        }
    }
}
