import Testing

@testable import API

@Suite("Whether a peer is still there")
struct PeerWatchTests {
    private let limits = LiveLimits(stall: .seconds(10), silence: .seconds(20), frames: 5)

    private func watch() -> PeerWatch { PeerWatch(limits: limits, at: .zero) }

    @Test func `a silent peer is asked and then cut`() {
        var watch = watch()
        let actions = (1...41).map { watch.look(waiting: 0, isFull: false, at: .seconds($0)) }
        #expect(actions[..<19].allSatisfy { $0 == .none })
        #expect(actions[19] == .ping)
        #expect(actions[20..<39].allSatisfy { $0 == .none })
        #expect(actions[39] == .cutSilent)
    }

    @Test func `any frame is a sign of life`() {
        var watch = watch()
        #expect(watch.look(waiting: 0, isFull: false, at: .seconds(20)) == .ping)
        #expect(watch.heard(at: .seconds(39)) == true)
        #expect(watch.look(waiting: 0, isFull: false, at: .seconds(45)) == .none)
        #expect(watch.look(waiting: 0, isFull: false, at: .seconds(59)) == .ping)
    }

    @Test func `who takes nothing is cut`() {
        var watch = watch()
        for second in 1...10 { #expect(watch.look(waiting: 70_000, isFull: true, at: .seconds(second)) == .none) }
        #expect(watch.look(waiting: 70_000, isFull: true, at: .seconds(11)) == .cutSlow)
    }

    @Test func `who takes a little is not`() {
        var watch = watch()
        for second in 1...60 {
            #expect(watch.look(waiting: 1_000_000 - second, isFull: true, at: .seconds(second)) == .none)
        }
    }

    @Test func `a full connection is not called silent`() {
        var watch = watch()
        #expect(watch.look(waiting: 0, isFull: false, at: .seconds(20)) == .ping)
        for second in 21...60 {
            #expect(watch.look(waiting: 1_000_000 - second, isFull: true, at: .seconds(second)) == .none)
        }
    }

    @Test func `too many frames are too many`() {
        var watch = watch()
        for _ in 0..<5 { #expect(watch.heard(at: .seconds(1)) == true) }
        #expect(watch.heard(at: .seconds(9)) == false)
        #expect(watch.heard(at: .seconds(10)) == true)
    }
}
