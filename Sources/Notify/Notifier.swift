package import Engine
package import Faults
import FoundationEssentials
package import Jobs

/// Sends messages in all the ways that a configuration knows.
package struct Notifier: NotifierPort {
    /// A program that takes longer is stopped.
    static let programLimit = Duration.seconds(60)

    private let tools: any ToolPort
    private let sleep: @Sendable (Duration) async -> Void
    var sender = HTTPSender()

    /// - Parameters:
    ///   - tools: Runs `sendmail` and commands.
    ///   - sleep: Waits, for the time limit of programs.
    package init(tools: any ToolPort, sleep: @escaping @Sendable (Duration) async -> Void) {
        self.tools = tools
        self.sleep = sleep
    }

    package func send(_ message: Message, through channel: NotificationChannel) async throws(AnyFault) {
        switch channel.way {
        case .webhook(let url, let form, let template):
            guard case .event = message.occasion else { return }
            let body = WebhookBody(message, form: form, template: template)
            let headers = body.headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
            try await post(HTTPRequest(url: url, headers: headers, body: body.body), channel)
        case .ping(let url):
            guard case .pulse(let pulse) = message.occasion else { return }
            let body = pulse == .start ? "" : "\(message.title)\n\(message.text)\n\(message.log)"
            let text = Redactor().tail(body, bytesMax: Message.Limits.logBytesMax)
            let headers = [(name: "Content-Type", value: "text/plain; charset=utf-8")]
            try await post(
                HTTPRequest(url: pingAddress(url, pulse), headers: headers, body: Array(text.utf8)), channel)
        case .mail(let to, let from, let sendmail):
            guard case .event = message.occasion else { return }
            let text = MailText.render(message, to: to, from: from)
            try await run([sendmail, "-t", "-i"], input: text, environment: [:], channel)
        case .command(let command):
            guard case .event = message.occasion else { return }
            let text = "\(message.title)\n\n\(message.text)\n"
            try await run(command, input: text, environment: environment(of: message), channel)
        }
    }

    // MARK: HTTP

    /// `URL/start` and `URL/fail`, in front of a query if there is one (healthchecks.io/docs/http_api).
    private func pingAddress(_ url: Secret, _ pulse: Occasion.Pulse) -> Secret {
        let suffix: String
        switch pulse {
        case .start: suffix = "/start"
        case .success: return url
        case .fail: suffix = "/fail"
        }
        let text = url.reveal()
        let end = text.firstIndex { $0 == "?" || $0 == "#" } ?? text.endIndex
        var path = text[..<end]
        while path.hasSuffix("/") { path.removeLast() }
        return Secret(path + suffix + text[end...])
    }

    private func post(_ request: HTTPRequest, _ channel: NotificationChannel) async throws(AnyFault) {
        let fault: NotifyFault
        do throws(HTTPProblem) {
            let reply = try await sender.send(request)
            if (200..<300).contains(reply.status) { return }
            // A service may repeat the address that it was asked at.
            let reason = Redactor(secrets: [request.url]).line(reply.body, bytesMax: 200)
            fault = .refused(channel: channel.name, status: reply.status, reason: reason)
        } catch {
            fault =
                switch error {
                case .badAddress(let reason): .badAddress(channel: channel.name, reason: reason)
                case .redirected(let reason): .redirected(channel: channel.name, reason: reason)
                case .noAnswer(let reason, let mayPass):
                    .noAnswer(channel: channel.name, reason: reason, mayPass: mayPass)
                }
        }
        throw AnyFault(fault)
    }

    // MARK: Programs

    /// Every field as `PGVIGIL_…`, empty where it means nothing.
    private func environment(of message: Message) -> [String: String] {
        MessageField.allCases.reduce(into: [:]) { variables, field in
            variables["PGVIGIL_\(field.rawValue.uppercased())"] = message.value(of: field)
                .replacing("\0", with: "\u{FFFD}")
        }
    }

    private func run(
        _ command: [String], input: String, environment: [String: String], _ channel: NotificationChannel
    ) async throws(AnyFault) {
        // The parser takes no empty command.
        let program = command.first ?? ""
        let call = ToolCall(
            executable: program, arguments: Array(command.dropFirst()), environment: environment,
            input: Array(input.utf8))
        let result = await withTaskGroup(of: Result<ToolResult, AnyFault>?.self) { group in
            group.addTask { [tools] in
                do throws(AnyFault) {
                    return .success(try await tools.run(call, output: .discard))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask { [sleep] in
                await sleep(Self.programLimit)
                return nil
            }
            let first = await group.next() ?? nil
            // Stops the program, or the wait.
            group.cancelAll()
            return first
        }
        guard let result else {
            let seconds = Int(Self.programLimit.components.seconds)
            throw AnyFault(
                NotifyFault.programTimedOut(channel: channel.name, program: program, seconds: seconds))
        }
        let ended = try result.get()
        if ended.succeeded { return }
        let end =
            switch ended.end {
            case .exited(let status): "ended with status \(status)"
            case .signalled(let signal): "was ended by signal \(signal)"
            }
        let reason = Redactor().tail(ended.errorTail, bytesMax: 300)
        throw AnyFault(
            NotifyFault.programFailed(
                channel: channel.name, program: program, end: end, reason: FaultText.oneLine(reason)))
    }
}
