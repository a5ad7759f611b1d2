import Foundation
import Health
import Testing

/// The limit counts the time in which tests of other suites keep the processors busy, too.
@Suite(.timeLimit(.minutes(5))) struct FleetPublisherTests {
    private func fleet(_ revision: UInt64) -> FleetHealth {
        FleetHealth(revision: revision, at: Samples.noon, models: [])
    }

    private func event(_ seq: UInt64) -> HealthChangeEvent {
        HealthChangeEvent(
            seq: seq, modelId: "m", provider: "p", previousStatus: .healthy, currentStatus: .unhealthy,
            timestamp: Samples.noon, reasons: [HealthReason(.outage, "down")])
    }

    @Test func `a new one has an empty fleet and goes on numbering`() {
        let publisher = FleetPublisher(lastSeq: 41)
        #expect(publisher.fleet.revision == 0)
        #expect(publisher.fleet.models.isEmpty)
        #expect(publisher.lastSeq == 41)
        publisher.publish(fleet(1), events: [])
        #expect(publisher.lastSeq == 41)
        publisher.publish(fleet(2), events: [event(42), event(43)])
        #expect(publisher.lastSeq == 43)
        #expect(publisher.fleet.revision == 2)
    }

    @Test func `every listener hears everything in order until the close`() async {
        let publisher = FleetPublisher()
        let items = (0..<3).map { _ in publisher.items(buffer: 100) }
        let events = (0..<3).map { _ in publisher.events(buffer: 100) }
        #expect(publisher.listenerCount == 6)
        for seq in 1...50 as ClosedRange<UInt64> { publisher.publish(fleet(seq), events: [event(seq)]) }
        publisher.close()
        #expect(publisher.listenerCount == 0)
        for stream in items {
            #expect(await stream.reduce(into: []) { $0.append($1.fleet.revision) } == Array(1...50))
        }
        for stream in events {
            #expect(await stream.reduce(into: []) { $0.append($1.seq) } == Array(1...50))
        }
        #expect(publisher.droppedItems == 0)
    }

    @Test func `a slow listener loses its oldest items, which are counted, and holds up nobody`() async {
        let publisher = FleetPublisher()
        let slow = publisher.items(buffer: 3)
        let slowEvents = publisher.events(buffer: 2)
        let quick = publisher.items(buffer: 100)
        for seq in 1...10 as ClosedRange<UInt64> { publisher.publish(fleet(seq), events: [event(seq)]) }
        #expect(publisher.droppedItems == 7 + 8)
        publisher.close()
        #expect(await slow.reduce(into: []) { $0.append($1.fleet.revision) } == [8, 9, 10])
        #expect(await slowEvents.reduce(into: []) { $0.append($1.seq) } == [9, 10])
        #expect(await quick.reduce(into: 0) { count, _ in count += 1 } == 10)
    }

    @Test func `one publication of many events overflows a small buffer by the right number`() async {
        let publisher = FleetPublisher()
        let events = publisher.events(buffer: 4)
        publisher.publish(fleet(1), events: (1...10).map { event($0) })
        #expect(publisher.droppedItems == 6)
        publisher.close()
        #expect(await events.reduce(into: []) { $0.append($1.seq) } == [7, 8, 9, 10])
    }

    @Test func `a listener of events hears nothing of figures that moved`() async {
        let publisher = FleetPublisher()
        let events = publisher.events(buffer: 1)
        for revision in 1...5 as ClosedRange<UInt64> { publisher.publish(fleet(revision), events: []) }
        publisher.publish(fleet(6), events: [event(1)])
        publisher.close()
        #expect(await events.reduce(into: []) { $0.append($1.seq) } == [1])
        #expect(publisher.droppedItems == 0)
    }

    @Test func `listening after the close ends at once, and closing twice is closing once`() async {
        let publisher = FleetPublisher()
        publisher.close()
        publisher.close()
        for await _ in publisher.items(buffer: 1) { Issue.record("an item after the close") }
        for await _ in publisher.events(buffer: 1) { Issue.record("an event after the close") }
        #expect(publisher.listenerCount == 0)
        publisher.publish(fleet(9), events: [event(1)])
        #expect(publisher.fleet.revision == 9)
    }

    @Test func `a listener that goes away is forgotten`() async {
        let publisher = FleetPublisher()
        await withTaskGroup { group in
            for _ in 0..<4 {
                let stream = publisher.events(buffer: 1)
                group.addTask { for await _ in stream {} }
            }
            #expect(publisher.listenerCount == 4)
            group.cancelAll()
        }
        #expect(publisher.listenerCount == 0)
        publisher.publish(fleet(1), events: [event(1)])
        #expect(publisher.droppedItems == 0)
    }

    @Test func `a stream dropped unread is forgotten`() {
        let publisher = FleetPublisher()
        do { _ = publisher.items(buffer: 1) }
        #expect(publisher.listenerCount == 0)
    }

    @Test func `reads during publications see whole revisions that never go back`() async {
        let publisher = FleetPublisher()
        let last: UInt64 = 3_000
        await withTaskGroup { group in
            group.addTask {
                for revision in 1...last {
                    let models = [
                        ModelHealthStatus(
                            modelId: "m", provider: "p", status: .healthy, reasons: [HealthReason(.passing, "x")],
                            since: Samples.noon, routing: RoutingVerdict(.usable, reason: "x"), requestTotal: revision)
                    ]
                    publisher.publish(
                        FleetHealth(revision: revision, at: Samples.noon, models: models), events: [event(revision)])
                }
            }
            for _ in 0..<3 {
                group.addTask {
                    var seen: UInt64 = 0
                    while seen < last {
                        let fleet = publisher.fleet
                        #expect(fleet.revision >= seen)
                        #expect(fleet.revision == 0 || fleet["m"]?.requestTotal == fleet.revision)
                        seen = max(seen, fleet.revision)
                        await Task.yield()
                    }
                }
            }
            group.addTask {
                for index in 0..<200 {
                    let stream = publisher.items(buffer: 2)
                    if index % 3 == 0 { for await _ in stream.prefix(1) { break } }
                    if publisher.fleet.revision == last { break }
                    await Task.yield()
                }
            }
            for await _ in group {
                if publisher.fleet.revision == last { publisher.close() }
            }
        }
        #expect(publisher.lastSeq == last)
    }
}
