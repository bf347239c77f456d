import Cron
import FoundationEssentials
import Jobs

/// Writes messages for people: what, where, since when.
struct MessageText {
    let host: String
    let now: Date

    // MARK: Signs of life

    func started(_ run: RunRecord) -> Message {
        let fields = self.fields(run)
        return Message(
            occasion: .pulse(.start), tone: .good, subject: News.Subject.job(run.job),
            title: "\(run.job) has started", text: lines(fields), at: now, fields: fields)
    }

    func pulse(_ pulse: Occasion.Pulse, _ ended: EndedRun) -> Message {
        var message = about(ended, .pulse(pulse), tone: pulse == .fail ? .bad : .good)
        message.title = "\(ended.run.job) \(verb(ended.run))"
        return message
    }

    // MARK: Runs

    func failed(_ ended: EndedRun) -> Message {
        var message = about(ended, .event(.failure), tone: .bad)
        message.title = "\(ended.run.job) \(verb(ended.run))"
        message.fields[.count] = "1"
        return message
    }

    /// Several failures in one; without the run that is the last of them where time alone tells of them.
    func failures(_ event: OpenEvent, _ ended: EndedRun?) -> Message {
        let since = InstantFormat.utc(event.openedAt)
        var message =
            ended.map { about($0, .event(.failure), tone: .bad) }
            ?? Message(
                occasion: .event(.failure), tone: .bad, subject: event.subject, title: "",
                text: "Last: \(event.text)\nHost: \(host)", at: now, fields: base)
        message.title =
            "\(event.job ?? event.subject) has failed \(times(event.count)) since \(since)"
        message.fields[.job] = event.job
        message.fields[.count] = String(event.count)
        message.fields[.since] = since
        message.fields[.summary] = event.text
        return message
    }

    func recovered(_ ended: EndedRun, from event: OpenEvent) -> Message {
        let since = InstantFormat.utc(event.openedAt)
        var message = about(ended, .event(.recovery), tone: .good)
        message.title = "\(ended.run.job) succeeded again"
        message.text = "It had failed \(times(event.count)) since \(since).\n" + message.text
        message.fields[.count] = String(event.count)
        message.fields[.since] = since
        return message
    }

    func firstSuccess(_ ended: EndedRun) -> Message {
        var message = about(ended, .event(.firstSuccess), tone: .good)
        message.title = "\(ended.run.job) succeeded for the first time"
        return message
    }

    // MARK: Objectives

    func breach(_ event: OpenEvent, _ breach: BreachNews) -> Message {
        var message = about(event, .event(.breach), tone: .bad, text: breach.text)
        message.title = "\(objective(breach.subject)) is not met\(sinceWhen(event))"
        message.fields[.target] = breach.target
        return message
    }

    func breachOver(_ event: OpenEvent) -> Message {
        let since = InstantFormat.utc(event.openedAt)
        var message = about(event, .event(.breachOver), tone: .good, text: "It was not met since \(since).")
        message.title = "\(objective(event.subject)) is met again"
        return message
    }

    // MARK: Troubles

    func trouble(draft event: OpenEvent) -> Message {
        var message = about(event, .event(.trouble), tone: .bad, text: event.text)
        message.title = "\(trouble(event.subject))\(sinceWhen(event))"
        return message
    }

    func troubleOver(_ event: OpenEvent, reason: String) -> Message {
        let since = "It was so since \(InstantFormat.utc(event.openedAt))."
        var message = about(
            event, .event(.trouble), tone: .good, text: reason.isEmpty ? since : "\(reason)\n\(since)")
        message.title = "\(trouble(event.subject)): over"
        return message
    }

    // MARK: Parts

    private var base: [MessageField: String] { [.host: host, .at: InstantFormat.utc(now)] }

    private func about(_ ended: EndedRun, _ occasion: Occasion, tone: Message.Tone) -> Message {
        var fields = self.fields(ended.run)
        fields[.target] = ended.target
        return Message(
            occasion: occasion, tone: tone, subject: News.Subject.job(ended.run.job), title: "",
            text: lines(fields), at: now, fields: fields, log: ended.log)
    }

    private func about(
        _ event: OpenEvent, _ occasion: Occasion, tone: Message.Tone, text: String
    ) -> Message {
        var fields = base
        fields[.job] = event.job
        fields[.summary] = event.text
        fields[.since] = InstantFormat.utc(event.openedAt)
        return Message(
            occasion: occasion, tone: tone, subject: event.subject, title: "",
            text: "\(text)\nHost: \(host)", at: now, fields: fields)
    }

    private func fields(_ run: RunRecord) -> [MessageField: String] {
        var fields = base
        fields[.job] = run.job
        fields[.summary] = run.summary
        fields[.run] = run.id.uuidString.lowercased()
        fields[.started] = InstantFormat.utc(run.startedAt)
        fields[.ended] = run.endedAt.map(InstantFormat.utc)
        fields[.host] = run.owner.host
        if case .ended(let outcome) = run.state { fields[.outcome] = outcome.rawValue }
        if case .slot(_, let slot) = run.trigger { fields[.slot] = InstantFormat.utc(slot) }
        return fields
    }

    /// What people want to know of a run, a line each.
    private func lines(_ fields: [MessageField: String]) -> String {
        let named: [(String, MessageField)] = [
            ("Target", .target), ("Slot", .slot), ("Started", .started), ("Ended", .ended), ("Run", .run),
            ("Host", .host),
        ]
        let summary = fields[.summary].map { $0.isEmpty ? [] : [$0] } ?? []
        return (summary + named.compactMap { name, field in fields[field].map { "\(name): \($0)" } })
            .joined(separator: "\n")
    }

    private func verb(_ run: RunRecord) -> String {
        guard case .ended(let outcome) = run.state else { return "has not ended" }
        return switch outcome {
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .couldNotVerify: "could not verify"
        case .skipped: "was skipped"
        case .missed: "was missed"
        case .cancelled: "was cancelled"
        case .timedOut: "timed out"
        }
    }

    private func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }

    private func sinceWhen(_ event: OpenEvent) -> String {
        event.reminders == 0 ? "" : " since \(InstantFormat.utc(event.openedAt))"
    }

    /// `backup_age of store/medusa` of `objective/store/medusa/backup_age`.
    private func objective(_ subject: String) -> String {
        let parts = subject.split(separator: "/").map(String.init)
        guard parts.count >= 3, parts[0] == "objective", let last = parts.last else { return subject }
        return "\(last) of \(parts[1..<(parts.count - 1)].joined(separator: "/"))"
    }

    private func trouble(_ subject: String) -> String {
        let parts = subject.split(separator: "/", maxSplits: 2).map(String.init)
        guard parts.count >= 2, parts[0] == "trouble" else { return "pgvigil: \(subject)" }
        return "pgvigil: trouble with the \(parts[1])\(parts.count > 2 ? " on \(parts[2])" : "")"
    }
}
