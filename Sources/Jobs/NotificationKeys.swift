/// The keys of one entry of `notifications:`.
enum NotificationKeys {
    static let webhook = Key(
        "webhook", Form<String>.webAddress, .described("none"),
        "A POST to this address; it is treated as a secret.")
    static let form = Key(
        "form", Form<WebhookForm>.choice, .written("json"),
        "The body of a webhook: every part of the event as JSON, what a chat service takes, or a template.")
    static let template = Key(
        "template", Form<String>.template, .described("none"),
        "The JSON that `form: template` sends. Its fields, such as `{{summary}}`, are listed below.")
    static let ping = Key(
        "ping", Form<String>.webAddress, .described("none"),
        "A check in the manner of healthchecks.io: this address for a success, with `/start` and `/fail` "
            + "behind it for a start and a failure; it is treated as a secret.")
    static let mail = Key(
        "mail", Form<String>.mailAddress.oneOrMany, .described("none"), "Mail to these addresses.")
    static let from = Key(
        "from", Form<String>.mailAddress, .described("what sendmail takes"), "The sender of the mail.")
    static let sendmail = Key(
        "sendmail", Form<String>.path, .written("/usr/sbin/sendmail"),
        "The program that takes the mail on its standard input (`sendmail -i -t`).")
    static let command = Key(
        "command", Form<[String]>.command, .described("none"),
        "A program that gets the message on its standard input, and its parts in the environment.")
    static let events = Key(
        "events", Form<EventKind>.choice.oneOrMany, .described("all"), "What it is told of.")
    static let jobs = Key(
        "jobs", Form<String>.glob.oneOrMany, .described("all"),
        "The jobs whose events it is told of, by exact name or glob.")

    static let all = [
        webhook.declaration, form.declaration, template.declaration, ping.declaration, mail.declaration,
        from.declaration, sendmail.declaration, command.declaration, events.declaration, jobs.declaration,
    ]
}
