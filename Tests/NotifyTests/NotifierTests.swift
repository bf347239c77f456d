import Engine
import Faults
import FoundationEssentials
import Jobs
import Processes
import TestKit
import Testing

@testable import Notify

@Suite struct `Sending a message` {
    @Test(arguments: WebhookForm.allCases) func `a webhook gets its form`(_ form: WebhookForm) async throws {
        let server = try HTTPRecorder()
        let template =
            ##"{"to": "#ops", "what": "{{ title }}", "why": "{{text}}", "n": {{count}}, "x": "{{none}}"}"##
        let channel = NotificationChannel(
            name: "ops",
            way: .webhook(url: Secret(server.url("/hook")), form: form, template: template))
        for message in [Self.failure, Self.recovery] { try await notifier().send(message, through: channel) }
        let text = server.requests.map { request in
            let shown = ["content-type", "title", "priority", "tags"].compactMap { name in
                request.headers[name].map { "\(name): \($0)\n" }
            }
            return "\(request.method) \(request.path)\n\(shown.joined())\n\(request.body)\n"
        }
        Golden.expect(text.joined(separator: "\n"), "webhook as \(form.rawValue)")
        guard form != .ntfy else { return }
        for request in server.requests {
            // Whatever the texts hold, it is JSON.
            #expect(throws: Never.self) {
                try JSONDecoder().decode(AnyJSON.self, from: Data(request.body.utf8))
            }
        }
    }

    @Test func `a text cannot break out of a template or call everybody`() {
        var message = Self.failure
        message.title = "\"}, {\"x\": \"<!channel> @everyone \u{1}\\"
        message.text = "{{title}}"
        let filled = WebhookBody(message, form: .template, template: "{\"t\":\"{{title}}{{text}}\"}{{")
        #expect(
            String(decoding: filled.body, as: UTF8.self)
                == #"{"t":"\"}, {\"x\": \"<!channel> @everyone \u0001\\{{title}}"}{{"#)
        let slack = String(
            decoding: WebhookBody(message, form: .slack, template: nil).body, as: UTF8.self)
        #expect(!slack.contains("<!") && slack.contains("&lt;!channel&gt;"))
        let discord = String(
            decoding: WebhookBody(message, form: .discord, template: nil).body, as: UTF8.self)
        #expect(discord.contains(#""allowed_mentions":{"parse":[]}"#))
    }

    @Test func `pings go to the start, to the address itself, and to fail with the end of the log`()
        async throws
    {
        let server = try HTTPRecorder()
        for path in ["/ping/abc", "/ping/abc/", "/ping/abc?rid=1"] {
            let channel = NotificationChannel(name: "hc", way: .ping(url: Secret(server.url(path))))
            for pulse in Occasion.Pulse.allCases {
                var message = Self.failure
                message.occasion = .pulse(pulse)
                message.log = String(repeating: "é", count: 9_000) + "the end"
                try await notifier().send(message, through: channel)
            }
            try await notifier().send(Self.failure, through: channel)
        }
        #expect(
            server.requests.map { "\($0.method) \($0.path)" } == [
                "POST /ping/abc/start", "POST /ping/abc", "POST /ping/abc/fail", "POST /ping/abc/start",
                "POST /ping/abc/", "POST /ping/abc/fail", "POST /ping/abc/start?rid=1",
                "POST /ping/abc?rid=1", "POST /ping/abc/fail?rid=1",
            ])
        let failed = try #require(server.requests.first { $0.path.hasSuffix("fail") })
        #expect(failed.body.hasSuffix("the end") && failed.body.utf8.count <= 10_000)
        #expect(!failed.body.contains("\u{FFFD}"))
        #expect(server.requests.first?.body == "")
    }

    @Test func `a refusal passes or stays by its status, and never tells the address`() async throws {
        var lines: [String] = []
        for status in [400, 404, 408, 429, 500, 503] {
            let server = try HTTPRecorder { request, _ in
                .status(status, body: "no such hook: \(request.path)\nhttp://127.0.0.1\(request.path)")
            }
            let channel = NotificationChannel(
                name: "ops",
                way: .webhook(
                    url: Secret(server.url("/services/T01234567/abcdefghijkl")), form: .json, template: nil))
            let fault = await #expect(throws: AnyFault.self) {
                try await notifier().send(Self.failure, through: channel)
            }
            lines.append(FaultLine.render(try #require(fault)))
        }
        let text = lines.joined(separator: "\n")
        #expect(!text.contains("abcdefghijkl") && !text.contains("T01234567"))
        Golden.expect(text, "refusals")
    }

    @Test func `a service that fails and then works gets the message at the second try`() async throws {
        let server = try HTTPRecorder { _, number in .status(number == 1 ? 500 : 200) }
        let channel = NotificationChannel(
            name: "ops", way: .webhook(url: Secret(server.url()), form: .json, template: nil))
        let fault = await #expect(throws: AnyFault.self) {
            try await notifier().send(Self.failure, through: channel)
        }
        #expect(fault?.code == "notify.refused" && fault?.mayPass ?? false)
        try await notifier().send(Self.failure, through: channel)
        #expect(server.requests.count == 2)
    }

    @Test func `an address that is wrong, gone or leads elsewhere is told without it`() async throws {
        let server = try HTTPRecorder { _, _ in .status(302, headers: ["Location": "ftp://x/"]) }
        var lines: [String] = []
        for url in ["secretscheme://x/abcdefgh", "\(server.url())abcdefgh", "http://127.0.0.1:1/abcdefgh"] {
            let channel = NotificationChannel(name: "hc", way: .ping(url: Secret(url)))
            var message = Self.failure
            message.occasion = .pulse(.success)
            let pulse = message
            let fault = await #expect(throws: AnyFault.self) {
                try await notifier().send(pulse, through: channel)
            }
            lines.append(FaultLine.render(try #require(fault)))
        }
        let text = lines.joined(separator: "\n")
        #expect(!text.contains("abcdefgh") && !text.contains("secretscheme"))
        Golden.expect(text, "addresses that do not work")
    }

    // MARK: Programs

    @Test func `a mail is handed to sendmail`() async throws {
        let folder = try ProgramFolder()
        let sendmail = try folder.program("sendmail", "{ echo \"$@\"; cat; } > \(folder.path)/mail")
        for (name, message) in [("plain", Self.recovery), ("with umlauts", Self.failure)] {
            let channel = NotificationChannel(
                name: "mail",
                way: .mail(
                    to: ["ops@example.org", "dba@example.org\nBcc: evil@example.org"],
                    from: "pgvigil <backup@example.org>", sendmail: sendmail))
            try await notifier().send(message, through: channel)
            Golden.expect(try folder.text(of: "mail"), "mail \(name)")
        }
    }

    @Test func `no title can add a header to a mail or a request`() {
        var message = Self.failure
        message.title = "a\r\nBcc: evil@example.org\n\n<html>ü"
        let mail = MailText.render(message, to: ["a@example.org"], from: nil)
        let head = mail.split(separator: "\n\n").first ?? ""
        #expect(!head.contains("\nBcc"))
        #expect(head.contains("Subject: =?utf-8?B?"))
        let ntfy = WebhookBody(message, form: .ntfy, template: nil)
        #expect(ntfy.headers.values.allSatisfy { !$0.contains("\n") && !$0.contains("\r") })
        #expect(HeaderText.encoded("a\r\nb") == "a b")
        #expect(HeaderText.encoded("=?utf-8?q?x?=").hasPrefix("=?utf-8?B?"))
    }

    @Test func `encoded words are short, whole and hold the title`() throws {
        let title = String(repeating: "größer ☂ ", count: 20)
        let words = HeaderText.encoded(title, separator: "\n ").split(separator: "\n ").map(String.init)
        #expect(words.count > 1 && words.allSatisfy { $0.utf8.count <= 75 })
        let decoded = words.reduce(into: "") { text, word in
            let data = Data(base64Encoded: String(word.dropFirst(10).dropLast(2))) ?? Data()
            text += String(decoding: data, as: UTF8.self)
        }
        #expect(decoded == title.trimmed)
    }

    @Test func `a command gets the message on its input and its parts in the environment`() async throws {
        let folder = try ProgramFolder()
        let program = try folder.program(
            "tell", "{ echo \"$1\"; cat; env | grep ^PGVIGIL_ | sort; } > \(folder.path)/told")
        let channel = NotificationChannel(name: "cmd", way: .command([program, "an argument"]))
        try await notifier().send(Self.recovery, through: channel)
        Golden.expect(try folder.text(of: "told"), "command")
    }

    @Test func `a program that fails, is missing or takes too long is told`() async throws {
        let folder = try ProgramFolder()
        let clock = ManualClock()
        let failing = try folder.program("failing", "echo 'password=hunter2 is wrong' >&2; exit 75")
        let killed = try folder.program("killed", "kill -9 $$")
        let slow = try folder.program("slow", "exec tail -f /dev/null")
        var lines: [String] = []
        for program in [failing, killed, "\(folder.path)/missing", slow] {
            let channel = NotificationChannel(name: "cmd", way: .command([program]))
            let sending = Task { try await notifier(clock).send(Self.failure, through: channel) }
            if program == slow {
                #expect(try await Fact.comes { clock.sleepers.contains(Notifier.programLimit) })
                clock.advance(by: Notifier.programLimit)
            }
            let fault = await #expect(throws: AnyFault.self) { try await sending.value }
            lines.append(FaultLine.render(try #require(fault)))
        }
        Golden.expect(
            lines.joined(separator: "\n").replacing(folder.path, with: "/folder"), "programs that fail")
    }

    @Test func `signs of life are for pings only`() async throws {
        let tools = MemoryTools { _ in MemoryTools.Answer() }
        var message = Self.failure
        message.occasion = .pulse(.fail)
        let ways: [NotificationChannel.Way] = [
            .webhook(url: Secret("http://127.0.0.1:1/"), form: .json, template: nil), .command(["/x"]),
            .mail(to: ["a@example.org"], from: nil, sendmail: "/x"),
        ]
        for way in ways {
            let notifier = Notifier(tools: tools, sleep: ManualClock().ambient().sleep)
            try await notifier.send(message, through: NotificationChannel(name: "x", way: way))
        }
        #expect(tools.calls == [])
    }

    // MARK: Parts

    private func notifier(_ clock: ManualClock = ManualClock()) -> Notifier {
        Notifier(
            tools: ChildProcesses(clientDirectories: [], environment: ["PATH": "/usr/bin:/bin"]),
            sleep: clock.ambient().sleep)
    }

    private static let failure = message(
        EventSamples.ended(
            1, summary: "pg_dump of “shop” said: \"<b>\\ & größer\"", log: "pg_dump: error: äh\n"),
        open: [])
    private static let recovery = message(
        EventSamples.ended(2, .succeeded, summary: "saved 3 databases", minutes: 60),
        open: [
            OpenEvent(
                id: ManualClock.id(9), kind: .failure, subject: "job/nightly-backup", job: "nightly-backup",
                openedAt: EventSamples.start, count: 3, remindAt: EventSamples.start)
        ])

    private static func message(_ news: News, open: [OpenEvent]) -> Message {
        let actions = EventDesk(host: "db1").handle(
            news, open: open, now: EventSamples.start + 3_600, makeID: { ManualClock.id(50) })
        let messages = actions.compactMap(\.message).filter {
            if case .event = $0.occasion { true } else { false }
        }
        return messages[0].redacted(by: Redactor())
    }
}

/// Any JSON value, for checks that a text is one.
private struct AnyJSON: Decodable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() { return }
        // One of these reads every value there is.
        if (try? container.decode(Bool.self)) != nil { return }
        // As above.
        if (try? container.decode(Double.self)) != nil { return }
        // As above.
        if (try? container.decode(String.self)) != nil { return }
        // As above.
        if (try? container.decode([AnyJSON].self)) != nil { return }
        _ = try container.decode([String: AnyJSON].self)
    }
}

extension String {
    /// Without blanks at its end.
    fileprivate var trimmed: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}

/// A folder with programs of a test's own, gone with it.
private final class ProgramFolder {
    let path = "/tmp/pgvigil-notify-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // What is left in /tmp is small.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Makes a shell script.
    func program(_ name: String, _ script: String) throws -> String {
        let file = "\(path)/\(name)"
        try "#!/bin/sh\n\(script)\n".write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: file)
        return file
    }

    func text(of name: String) throws -> String {
        try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
    }
}
