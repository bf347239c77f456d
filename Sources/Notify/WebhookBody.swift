import Engine
import FoundationEssentials
import Jobs

/// What a webhook gets: pure, from a message and a form.
struct WebhookBody: Equatable {
    var headers: [String: String]
    var body: [UInt8]

    /// The body in a service's own form; `template` is used by the form of that name only.
    init(_ message: Message, form: WebhookForm, template: String?) {
        switch form {
        case .json: self.init(json: .object(Self.fields(message)))
        case .slack: self.init(json: Self.slack(message))
        case .discord: self.init(json: Self.discord(message))
        case .teams: self.init(json: Self.teams(message))
        case .ntfy: self.init(ntfy: message)
        case .template:
            self.init(
                headers: ["Content-Type": "application/json"],
                body: Array(Self.fill(template ?? "{}", message).utf8))
        }
    }

    private init(headers: [String: String], body: [UInt8]) {
        self.headers = headers
        self.body = body
    }

    private init(json: JSONValue) {
        self.init(headers: ["Content-Type": "application/json"], body: Array(json.text.utf8))
    }

    // MARK: Forms

    /// Every field by its name; those that mean nothing here are left out.
    private static func fields(_ message: Message) -> [(String, JSONValue)] {
        MessageField.allCases.compactMap { field in
            let value = message.value(of: field)
            if value.isEmpty { return nil }
            if field == .count, let number = Int(value) { return (field.rawValue, .number(number)) }
            return (field.rawValue, .text(value))
        }
    }

    /// Incoming webhooks (docs.slack.dev/messaging/formatting-message-text): `&`, `<` and `>` are escaped, so that no
    /// text can call `<!channel>`.
    private static func slack(_ message: Message) -> JSONValue {
        func escaped(_ text: String) -> JSONValue {
            .text(
                text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;"))
        }
        return .object([
            ("text", escaped(message.title)),
            (
                "attachments",
                .list([
                    .object([
                        ("color", .text(message.tone == .bad ? "danger" : "good")),
                        ("fallback", escaped(message.title)), ("text", escaped(message.text)),
                    ])
                ])
            ),
        ])
    }

    /// Execute Webhook (discord.com/developers/docs/resources/webhook): nobody is mentioned, whatever the text says.
    private static func discord(_ message: Message) -> JSONValue {
        let red = 0xC0_3030
        let green = 0x30_A050
        return .object([
            (
                "embeds",
                .list([
                    .object([
                        // 256 characters at most, by the limits of embeds.
                        ("title", .text(String(message.title.prefix(256)))),
                        ("description", .text(message.text)),
                        ("color", .number(message.tone == .bad ? red : green)),
                        ("timestamp", .text(message.value(of: .at))),
                    ])
                ])
            ),
            ("allowed_mentions", .object([("parse", .list([]))])),
        ])
    }

    /// An Adaptive Card, as the workflow "Post to a channel when a webhook request is received" wants it
    /// (learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors).
    private static func teams(_ message: Message) -> JSONValue {
        let color = message.tone == .bad ? "Attention" : "Good"
        let title = block(message.title, [("weight", "Bolder"), ("size", "Medium"), ("color", color)])
        // A single line break is none in a card.
        let lines = message.text.split(separator: "\n").map { block(String($0), [("spacing", "None")]) }
        let card: JSONValue = .object([
            ("$schema", .text("http://adaptivecards.io/schemas/adaptive-card.json")),
            ("type", .text("AdaptiveCard")), ("version", .text("1.4")), ("body", .list([title] + lines)),
        ])
        let attachment: JSONValue = .object([
            ("contentType", .text("application/vnd.microsoft.card.adaptive")), ("contentUrl", .null),
            ("content", card),
        ])
        return .object([("type", .text("message")), ("attachments", .list([attachment]))])
    }

    /// A paragraph of a card; backslashes keep its text from being Markdown.
    private static func block(_ text: String, _ style: [(String, String)]) -> JSONValue {
        let plain = text.reduce(into: "") { plain, character in
            if "\\*_[]`#<".contains(character) { plain.append("\\") }
            plain.append(character)
        }
        return .object(
            [("type", .text("TextBlock")), ("text", .text(plain)), ("wrap", .flag(true))]
                + style.map { ($0, .text($1)) })
    }

    /// A POST to a topic (docs.ntfy.sh/publish): the text is the body, the rest stands in headers, which may be encoded
    /// by RFC 2047.
    private init(ntfy message: Message) {
        let isBad = message.tone == .bad
        headers = [
            "Content-Type": "text/plain; charset=utf-8", "Title": HeaderText.encoded(message.title),
            "Priority": isBad ? "high" : "default", "Tags": isBad ? "warning" : "white_check_mark",
        ]
        body = Array(message.text.utf8)
    }

    // MARK: Templates

    /// The template with each `{{field}}` replaced, as it may stand between the quotes of JSON; a field that there is
    /// not stays as it is.
    private static func fill(_ template: String, _ message: Message) -> String {
        var filled = ""
        var rest = template[...]
        while let opening = rest.firstRange(of: "{{") {
            filled += rest[..<opening.lowerBound]
            let inside = rest[opening.upperBound...]
            guard let closing = inside.firstRange(of: "}}"),
                let field = MessageField(
                    rawValue: inside[..<closing.lowerBound].split(separator: " ").joined(separator: " "))
            else {
                filled += "{{"
                rest = inside
                continue
            }
            filled += JSONValue.text(message.value(of: field)).text.dropFirst().dropLast()
            rest = inside[closing.upperBound...]
        }
        return filled + rest
    }
}
