import Engine
import Faults
import FoundationEssentials
import Jobs
import TestKit
import Testing

@Suite struct `Taking secrets out of texts` {
    @Test(arguments: Rows.read("secrets.tsv")) func `nothing of a secret is left`(_ row: [String]) throws {
        try #require(row.count == 4, "four fields: secrets, text, expected, why")
        let secrets = row[0] == "-" ? [] : row[0].split(separator: "|").map { Secret(String($0)) }
        let redactor = Redactor(secrets: secrets)
        let text = row[1].replacing("\\n", with: "\n")
        #expect(redactor.redact(text).replacing("\n", with: "\\n") == row[2], "\(row[3])")
    }

    @Test func `every secret of a configuration is known`() {
        let connection = ConnectionInfo(
            parameters: [.init("host", "db")], password: Secret("hunter22"),
            secrets: [.init("sslpassword", Secret("keyword99"))])
        let channels: [NotificationChannel] = [
            NotificationChannel(
                name: "a",
                way: .webhook(
                    url: Secret("https://hooks.example/services/T0001/B0002/abcdefghij"), form: .slack,
                    template: nil)),
            NotificationChannel(
                name: "b", way: .ping(url: Secret("https://hc.example/ping/0f0e0d0c-aaaa-bbbb"))),
            NotificationChannel(name: "c", way: .command(["/bin/true"])),
        ]
        var catalog = connection
        catalog.password = Secret("catalog-pass")
        let redactor = Redactor(
            Settings(
                catalog: .server(catalog), stateDirectory: "/state",
                targets: [Target(name: "t", connection: connection, origin: "")], stores: [],
                channels: channels))
        for secret in [
            "hunter22", "keyword99", "catalog-pass", "abcdefghij",
            "https://hooks.example/services/T0001/B0002/abcdefghij", "/services/T0001/B0002/abcdefghij",
            "0f0e0d0c-aaaa-bbbb",
        ] {
            #expect(!redactor.redact("before \(secret) after").contains(secret), "\(secret)")
        }
    }

    @Test func `no part of a message keeps one`() throws {
        let secret = "s3cr3t-Pass'word"
        let redactor = Redactor(secrets: [Secret(secret)])
        let message = Message(
            occasion: .event(.failure), tone: .bad, subject: "job/\(secret)", title: "t \(secret)",
            text: "a\npostgres://u:other@db/x \(secret)", at: EventSamples.start,
            fields: [.summary: "\(secret)", .job: secret], log: "\(secret)\n\(secret)")
        let clean = message.redacted(by: redactor)
        let written = String(decoding: try JSONEncoder().encode(clean), as: UTF8.self)
        #expect(!written.contains("s3cr3t") && !written.contains("other@"), "\(written)")
        #expect(clean.text == "a\npostgres://u:\(Redactor.mark)@db/x \(Redactor.mark)")
    }

    @Test func `a text is bounded without cutting a character or leaving half a secret`() {
        let redactor = Redactor(secrets: [Secret("topsecret")])
        let log = String(repeating: "ä", count: 50) + "topsecret end"
        let tail = redactor.tail(log, bytesMax: 20)
        #expect(tail.utf8.count <= 20 && tail.hasPrefix("…") && tail.hasSuffix("end"))
        #expect(!tail.contains("secret"))
        let head = redactor.head("ä" + String(repeating: "ö", count: 50), bytesMax: 12)
        #expect(head.utf8.count <= 12 && head.hasSuffix("…") && !head.contains("\u{FFFD}"))
        #expect(redactor.line("a\nb\u{1B}[31m", bytesMax: 100) == "a b [31m")
        #expect(redactor.tail("short", bytesMax: 20) == "short")
    }
}
