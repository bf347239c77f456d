import Faults

/// What an entry of `notifications:` says.
struct ChannelEntry: Sendable {
    var way: NotificationChannel.Way
    var events: Set<EventKind>
    var jobs: [String]?
    /// Where the names of jobs stand, one for each.
    var jobPlaces: [Place]
}

extension Form where Value == ChannelEntry {
    /// `{webhook: …}`, `{ping: …}`, `{mail: …}` or `{command: …}`, with what goes with it.
    static let channel = Form.section(NotificationKeys.all, owner: "a notification") { section in
        let events = section.value(NotificationKeys.events)
        let jobs = section.value(NotificationKeys.jobs)
        let places = section.elementPlaces(NotificationKeys.jobs)
        let ways = NotificationWays.written(in: section)
        guard ways.count == 1 else {
            let found = ways.isEmpty ? "none of" : "more than one of"
            section.report(
                .disagreement(
                    "'\(section.path)' has \(found) webhook, ping, mail and command",
                    remedy: "Write one of them; for another way, write another notification."))
            return nil
        }
        NotificationWays.reportStrays(in: section)
        return NotificationWays.way(of: section).map {
            ChannelEntry(
                way: $0, events: Set(events ?? EventKind.allCases), jobs: jobs,
                jobPlaces: places.isEmpty ? [section.place(NotificationKeys.jobs) ?? section.place] : places)
        }
    }
}

/// Which way of telling an entry chose, and whether its other keys go with it.
private enum NotificationWays {
    static func written(in section: Section) -> [String] {
        [
            section.has(NotificationKeys.webhook) ? "webhook" : nil,
            section.has(NotificationKeys.ping) ? "ping" : nil,
            section.has(NotificationKeys.mail) ? "mail" : nil,
            section.has(NotificationKeys.command) ? "command" : nil,
        ].compactMap(\.self)
    }

    /// Nil after the fault was reported.
    static func way(of section: Section) -> NotificationChannel.Way? {
        if section.has(NotificationKeys.webhook) {
            let url = section.value(NotificationKeys.webhook)
            let form = section.value(NotificationKeys.form)
            let template = section.value(NotificationKeys.template)
            guard let url, let form else { return nil }
            guard (form == .template) == section.has(NotificationKeys.template) else {
                let isWanting = form == .template
                section.report(
                    .disagreement(
                        isWanting
                            ? "'form: template' has no template" : "the template is not sent by this form",
                        remedy: isWanting ? "Write template: with the JSON to send." : "Write form: template."
                    ), at: section.place(NotificationKeys.template) ?? section.place(NotificationKeys.form))
                return nil
            }
            return .webhook(url: Secret(url), form: form, template: template)
        }
        if section.has(NotificationKeys.ping) {
            return section.value(NotificationKeys.ping).map { .ping(url: Secret($0)) }
        }
        if section.has(NotificationKeys.mail) {
            let to = section.value(NotificationKeys.mail)
            let from = section.value(NotificationKeys.from)
            guard let to, let sendmail = section.value(NotificationKeys.sendmail) else { return nil }
            return .mail(to: to, from: from, sendmail: sendmail)
        }
        return section.value(NotificationKeys.command).map { .command($0) }
    }

    /// Keys that mean nothing beside the way that was chosen.
    static func reportStrays(in section: Section) {
        let others =
            (section.has(NotificationKeys.webhook) ? [] : [("form", "webhook"), ("template", "webhook")])
            + (section.has(NotificationKeys.mail) ? [] : [("from", "mail"), ("sendmail", "mail")])
        for (key, way) in others {
            guard let place = section.keyPlace(key) else { continue }
            section.report(
                .disagreement(
                    "'\(key)' goes with '\(way)', which is not written", remedy: "Remove '\(key)'."),
                at: place)
        }
    }
}

extension Form where Value == String {
    /// A web address, which may hold a secret: what is wrong is said without repeating it.
    static let webAddress = Form.secret("web address").map { text, field -> String? in
        guard let problem = WebAddress.problem(of: text) else { return text }
        field.report(.badWebURL(of: field.path, because: problem))
        return nil
    }

    /// The body of a webhook with fields in it.
    static let template = Form.text("JSON with fields").map { text, field -> String? in
        do throws(JobsFault) {
            try MessageTemplate.check(text)
            return text
        } catch {
            field.report(error)
            return nil
        }
    }

    /// One address, as it may stand in a header and in an argument list.
    static let mailAddress = Form.text("mail address").map { text, field -> String? in
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.value > 0x20 && $0.value != 0x7F && !",;:<>()[]\\\"".unicodeScalars.contains($0)
        }
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), isPlain, !text.hasPrefix("-") else {
            field.refuse(
                because: "it is not one address",
                remedy: "Write an address such as dba@example.org, and a list for several.")
            return nil
        }
        return text
    }
}

extension Form where Value == WebSettings {
    /// `127.0.0.1:9187`, `[::1]:9187`, or `off`.
    static let listen = Form(
        shape: .either([
            .choice(["off"]),
            .text(kind: "address and port", pattern: "^(\\[[0-9a-fA-F:.]+\\]|[^:]+):[0-9]+$"),
        ])
    ) { field in
        guard let text = field.text(expected: "off, or an address and a port") else { return nil }
        if text == "off" { return WebSettings() }
        guard let address = WebAddress.listener(text) else {
            field.refuse(
                because: "it is no address with a port",
                remedy: "Write off, 127.0.0.1:9187, [::1]:9187, or 0.0.0.0:9187 for every address.")
            return nil
        }
        return WebSettings(listen: address)
    }
}
