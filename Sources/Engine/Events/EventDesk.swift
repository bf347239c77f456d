package import FoundationEssentials
import Jobs

/// Decides what of the news is told, and when again: pure, from news and the events that are open.
///
/// A job that fails is told at once, then again after an hour, four hours, and each day, with the number of failures;
/// its success tells how many failed and since when.
package struct EventDesk: Sendable, Equatable {
    /// The waits before the reminders; the last one is repeated.
    package static let reminderWaits: [TimeInterval] = [3_600, 14_400, 86_400]

    /// The outcomes that count as failures. Who cancels a run knows about it.
    package var failures: Set<Outcome>
    private let host: String

    /// Decides for a daemon on a host.
    package init(
        host: String, failures: Set<Outcome> = [.failed, .missed, .couldNotVerify, .timedOut]
    ) {
        self.host = host
        self.failures = failures
    }

    /// The subjects whose open events must be known to decide; nil where those due for a reminder must be.
    package func subjects(of news: News) -> [String]? {
        switch news {
        case .started: []
        case .ended(let ended): [News.Subject.job(ended.run.job)]
        case .objectives(let objectives): Array(Set(objectives.judged + objectives.breaches.map(\.subject)))
        case .trouble(let subject, _), .troubleOver(let subject, _): [subject]
        case .timePassed: nil
        }
    }

    /// What is to be done about news.
    ///
    /// Telling the same news again, to this or another daemon, leads to nothing more.
    /// - Parameters:
    ///   - open: The open events of ``subjects(of:)``.
    ///   - makeID: For events that are opened.
    package func handle(
        _ news: News, open: [OpenEvent], now: Date, makeID: () -> UUID
    ) -> [EventAction] {
        let text = MessageText(host: host, now: now)
        switch news {
        case .started(let run):
            return [EventAction(change: nil, message: text.started(run))]
        case .ended(let ended):
            return handle(ended, open, text, makeID)
        case .objectives(let objectives):
            return handle(objectives, open, text, makeID)
        case .trouble(let subject, let reason):
            let draft = OpenEvent(
                id: makeID(), kind: .trouble, subject: subject, openedAt: now,
                remindAt: Self.remindAt(after: 0, from: now), text: reason)
            return goesOn(draft, open, now) { text.trouble(draft: $0) }
        case .troubleOver(let subject, let reason):
            return open.filter { $0.kind == .trouble && $0.subject == subject }.map {
                EventAction(change: .close($0, at: now), message: text.troubleOver($0, reason: reason))
            }
        case .timePassed:
            return open.filter { $0.kind == .failure && $0.count > $0.told && $0.remindAt <= now }.map {
                let event = reminded($0, now)
                return EventAction(change: .update(event), message: text.failures(event, nil))
            }
        }
    }

    // MARK: Runs

    private func handle(
        _ ended: EndedRun, _ open: [OpenEvent], _ text: MessageText, _ makeID: () -> UUID
    ) -> [EventAction] {
        guard case .ended(let outcome) = ended.run.state else { return [] }
        if failures.contains(outcome) {
            return [EventAction(change: nil, message: text.pulse(.fail, ended))]
                + failed(ended, open.first { $0.kind == .failure }, text, makeID)
        }
        guard outcome == .succeeded else { return [] }
        return [EventAction(change: nil, message: text.pulse(.success, ended))]
            + succeeded(ended, open, text, makeID)
    }

    private func failed(
        _ ended: EndedRun, _ open: OpenEvent?, _ text: MessageText, _ makeID: () -> UUID
    ) -> [EventAction] {
        let now = text.now
        let cause = ended.run.id.uuidString.lowercased()
        guard var event = open else {
            let fresh = OpenEvent(
                id: makeID(), kind: .failure, subject: News.Subject.job(ended.run.job), job: ended.run.job,
                openedAt: ended.run.endedAt ?? now, remindAt: Self.remindAt(after: 0, from: now),
                causes: [cause], text: ended.run.summary)
            return [EventAction(change: .open(fresh), message: text.failed(ended))]
        }
        guard !event.causes.contains(cause) else { return [] }
        event.count += 1
        event.causes = Array((event.causes + [cause]).suffix(OpenEvent.causesMax))
        event.text = ended.run.summary
        guard event.remindAt <= now else {
            event.version += 1
            return [EventAction(change: .update(event), message: nil)]
        }
        event = reminded(event, now)
        return [EventAction(change: .update(event), message: text.failures(event, ended))]
    }

    private func succeeded(
        _ ended: EndedRun, _ open: [OpenEvent], _ text: MessageText, _ makeID: () -> UUID
    ) -> [EventAction] {
        var actions: [EventAction] = []
        if let event = open.first(where: { $0.kind == .failure }) {
            actions.append(
                EventAction(
                    change: .close(event, at: text.now), message: text.recovered(ended, from: event)))
        }
        if !ended.succeededBefore, !open.contains(where: { $0.kind == .firstSuccess }) {
            let noted = OpenEvent(
                id: makeID(), kind: .firstSuccess, subject: News.Subject.job(ended.run.job),
                job: ended.run.job, openedAt: text.now, remindAt: text.now, text: ended.run.summary)
            actions.append(EventAction(change: .open(noted), message: text.firstSuccess(ended)))
        }
        return actions
    }

    // MARK: Objectives and troubles

    private func handle(
        _ news: ObjectiveNews, _ open: [OpenEvent], _ text: MessageText, _ makeID: () -> UUID
    ) -> [EventAction] {
        let breached = Set(news.breaches.map(\.subject))
        let judged = Set(news.judged)
        let known = open.filter { $0.kind == .breach }
        let over = known.filter { judged.contains($0.subject) && !breached.contains($0.subject) }.map {
            EventAction(change: .close($0, at: text.now), message: text.breachOver($0))
        }
        return over
            + news.breaches.flatMap { breach in
                let draft = OpenEvent(
                    id: makeID(), kind: .breach, subject: breach.subject, job: breach.job,
                    openedAt: text.now, remindAt: Self.remindAt(after: 0, from: text.now),
                    text: breach.text)
                return goesOn(draft, known, text.now) { text.breach($0, breach) }
            }
    }

    /// Opens what is not open yet, and reminds of what has been open for long enough.
    private func goesOn(
        _ draft: OpenEvent, _ open: [OpenEvent], _ now: Date, message: (OpenEvent) -> Message
    ) -> [EventAction] {
        guard var event = open.first(where: { $0.kind == draft.kind && $0.subject == draft.subject }) else {
            return [EventAction(change: .open(draft), message: message(draft))]
        }
        guard event.remindAt <= now else { return [] }
        event.text = draft.text
        event = reminded(event, now)
        return [EventAction(change: .update(event), message: message(event))]
    }

    // MARK: Reminders

    private func reminded(_ event: OpenEvent, _ now: Date) -> OpenEvent {
        var copy = event
        copy.told = copy.count
        copy.reminders += 1
        copy.remindAt = Self.remindAt(after: copy.reminders, from: now)
        copy.version += 1
        return copy
    }

    private static func remindAt(after reminders: Int, from now: Date) -> Date {
        let wait = reminderWaits.indices.contains(reminders) ? reminderWaits[reminders] : reminderWaits.last
        return now.addingTimeInterval(wait ?? 86_400)
    }
}
