import Engine
import Faults
import FoundationEssentials
import Jobs
import Synchronization
import TestKit
import Testing

@Suite struct `Deciding what is told` {
    @Test func `a night of failures, objectives and troubles reads like this`() {
        var night = Night()
        let breach = BreachNews(
            subject: "objective/store/medusa/backup_age",
            text: "the newest backup of store/medusa is 27 h old, and 26 h are allowed", target: "store")
        let judged = [breach.subject, "objective/store/other/backup_age"]
        night.tell(.started(EventSamples.run(9, .running)), minutes: 0)
        night.tell(
            EventSamples.ended(9, .succeeded, summary: "saved shop", succeededBefore: false), minutes: 1)
        night.tell(EventSamples.ended(10, .succeeded, summary: "saved shop"), minutes: 2)
        night.tell(EventSamples.ended(1, .failed, minutes: 10), minutes: 10)
        night.tell(EventSamples.ended(1, .failed, minutes: 10), minutes: 10)
        night.tell(EventSamples.ended(2, .timedOut, summary: "took more than 4 h", minutes: 20), minutes: 20)
        night.tell(EventSamples.ended(3, .skipped, minutes: 30), minutes: 30)
        night.tell(EventSamples.ended(4, .cancelled, minutes: 40), minutes: 40)
        night.tell(.timePassed, minutes: 69)
        night.tell(.timePassed, minutes: 70)
        night.tell(EventSamples.ended(5, .missed, summary: "the machine was off", minutes: 80), minutes: 80)
        night.tell(.timePassed, minutes: 309)
        night.tell(
            EventSamples.ended(6, .couldNotVerify, summary: "the disk does not answer", minutes: 311),
            minutes: 311)
        night.tell(.timePassed, minutes: 1_750)
        night.tell(EventSamples.ended(7, .succeeded, summary: "saved shop", minutes: 1_800), minutes: 1_800)
        night.tell(EventSamples.ended(8, .succeeded, summary: "saved shop", minutes: 1_810), minutes: 1_810)
        night.tell(.objectives(ObjectiveNews(judged: judged, breaches: [breach])), minutes: 2_000)
        night.tell(.objectives(ObjectiveNews(judged: judged, breaches: [breach])), minutes: 2_001)
        night.tell(.objectives(ObjectiveNews(judged: judged, breaches: [breach])), minutes: 2_060)
        night.tell(.objectives(ObjectiveNews(judged: [], breaches: [])), minutes: 2_061)
        night.tell(.objectives(ObjectiveNews(judged: judged, breaches: [])), minutes: 2_062)
        night.tell(.troubleOver(subject: News.Subject.catalog, text: "it answers again"), minutes: 2_100)
        for minute in [2_110.0, 2_111, 2_170, 2_171, 2_409, 2_410, 2_411, 3_849, 3_850] {
            night.tell(
                .trouble(subject: News.Subject.catalog, text: "cannot reach the server"), minutes: minute)
        }
        night.tell(.troubleOver(subject: News.Subject.catalog, text: "it answers again"), minutes: 4_000)
        night.tell(
            .trouble(subject: News.Subject.configuration(host: "db1"), text: "pgvigil.yaml:3:1: no"),
            minutes: 4_001)
        Golden.expect(night.text, "a night of events")
    }

    @Test func `what a message holds of a run is all that is known of it`() throws {
        let actions = EventDesk(host: "db1").handle(
            EventSamples.ended(log: "last line\n"), open: [], now: EventSamples.start, makeID: UUID.init)
        let message = try #require(actions.compactMap(\.message).last)
        let text = MessageField.allCases.map { "\($0.rawValue): \(message.value(of: $0))" }
            .joined(separator: "\n")
        Golden.expect(text, "fields of a message")
    }

    @Test func `a run that was counted long ago is remembered among the last fifty`() throws {
        var night = Night()
        for number in 1...60 {
            night.tell(EventSamples.ended(UInt32(number), minutes: 0), minutes: 0)
        }
        let event = try #require(night.open.first)
        #expect(event.count == 60 && event.causes.count == OpenEvent.causesMax)
        night.tell(EventSamples.ended(11, minutes: 0), minutes: 0)
        #expect(night.open.first?.count == 60)
    }

    @Test func `a run that has not ended tells nothing`() {
        let ended = EndedRun(run: EventSamples.run(1, .waiting), succeededBefore: false)
        let desk = EventDesk(host: "db1")
        #expect(desk.handle(.ended(ended), open: [], now: EventSamples.start, makeID: UUID.init) == [])
    }

    @Test func `outcomes that count as failures can be chosen`() {
        let desk = EventDesk(host: "db1", failures: [.skipped])
        func count(_ outcome: Outcome) -> Int {
            desk.handle(
                EventSamples.ended(1, outcome), open: [], now: EventSamples.start, makeID: UUID.init
            ).count
        }
        #expect(count(.skipped) == 2)
        #expect(count(.failed) == 0)
    }
}

/// Hands news to a desk and keeps what is open, as a book would.
private struct Night {
    private let desk = EventDesk(host: "db1")
    private(set) var open: [OpenEvent] = []
    private(set) var text = ""
    private var ids: UInt32 = 100

    mutating func tell(_ news: News, minutes: Double) {
        let now = EventSamples.start + minutes * 60
        let known = open.filter { desk.subjects(of: news)?.contains($0.subject) ?? true }
        let actions = desk.handle(news, open: known, now: now) {
            ids += 1
            return ManualClock.id(ids)
        }
        text += "## after \(Int(minutes)) min: \(name(of: news))\n"
        for action in actions {
            switch action.change {
            case .open(let event): open.append(event)
            case .update(let event): open = open.map { $0.id == event.id ? event : $0 }
            case .close(let event, _): open.removeAll { $0.id == event.id }
            case nil: break
            }
            guard let message = action.message else { continue }
            if case .pulse = message.occasion {
                text += "(\(message.occasion.rawValue): \(message.title))\n"
            } else {
                let lines = "\(message.title)\n\(message.text)".split(separator: "\n")
                text += "\(message.occasion.rawValue), \(message.tone.rawValue)\n"
                text += lines.map { "    \($0)\n" }.joined()
            }
        }
    }

    private func name(of news: News) -> String {
        switch news {
        case .started: "a run starts"
        case .ended(let ended): "a run has \(ended.run.state)"
        case .objectives(let objectives):
            "\(objectives.judged.count) judged, \(objectives.breaches.count) breached"
        case .trouble(let subject, _): subject
        case .troubleOver(let subject, _): "\(subject) is over"
        case .timePassed: "time has passed"
        }
    }
}
