import Faults
import FoundationEssentials
import TestKit
import Testing

@testable import Notify

@Suite struct `Sending over HTTP` {
    @Test func `a request arrives as it is, with its length and without waiting for an interim answer`()
        async throws
    {
        let server = try HTTPRecorder { _, _ in .status(201, body: "thanks") }
        let body = Array(String(repeating: "ä", count: 10_000).utf8) + [0x22]
        let reply = try await HTTPSender().send(
            HTTPRequest(
                url: Secret(server.url("/hook?x=1")), headers: [("Title", "a: b"), ("X-Empty", "")],
                body: body))
        #expect(reply == HTTPReply(status: 201, body: "thanks"))
        let request = try #require(server.requests.first)
        #expect(request.method == "POST" && request.path == "/hook?x=1")
        #expect(Array(request.body.utf8) == body)
        #expect(request.headers["title"] == "a: b" && request.headers["user-agent"] == "pgvigil")
        #expect(request.headers["expect"] == nil)
        let empty = try await HTTPSender().send(HTTPRequest(url: Secret(server.url())))
        #expect(empty.status == 201 && server.requests.last?.body == "")
        let get = try await HTTPSender().send(HTTPRequest(url: Secret(server.url()), method: .get))
        #expect(get.status == 201 && server.requests.last?.method == "GET")
    }

    @Test func `a server that is not there, hangs or talks nonsense is a problem that may pass`() async throws
    {
        var port: UInt16 = 0
        do {
            let gone = try HTTPRecorder()
            port = gone.port
        }
        // The port is closed once the thread behind it has noticed.
        #expect(
            try await Fact.comes {
                let problem = await problem(Secret("http://127.0.0.1:\(port)/secret-path"))
                return problem == .noAnswer("Couldn't connect to server", mayPass: true)
            })
        let hanging = try HTTPRecorder { _, _ in .hang }
        #expect(await problem(Secret(hanging.url())) == .noAnswer("it took too long", mayPass: true))
        let closing = try HTTPRecorder { _, _ in .close }
        #expect(
            await problem(Secret(closing.url()))
                == .noAnswer("Server returned nothing (no headers, no data)", mayPass: true))
        let garbage = try HTTPRecorder { _, _ in .raw("SSH-2.0-OpenSSH_9.2\r\n") }
        let nonsense = await problem(Secret(garbage.url()))
        #expect(nonsense == .noAnswer("the answer is not HTTP", mayPass: true))
        let unknown = await problem(Secret("http://no-such-host.invalid/x"))
        #expect(unknown == .noAnswer("Couldn't resolve host name", mayPass: true))
    }

    @Test func `only HTTP is spoken`() async {
        for url in ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://x", "127.0.0.1", ""] {
            #expect(
                await problem(Secret(url))
                    == .badAddress("it begins neither with https:// nor with http://"), "\(url)")
        }
        guard case .badAddress = await problem(Secret("http://[::bad")) else {
            Issue.record("a malformed address")
            return
        }
    }

    @Test func `an answer leads to another place of the same scheme, with its body, and not in circles`()
        async throws
    {
        let server = try HTTPRecorder { request, _ in
            switch request.path {
            case "/old": .status(301, headers: ["Location": "/new"])
            case "/circle": .status(302, headers: ["Location": "/circle"])
            case "/away": .status(302, headers: ["Location": "ftp://127.0.0.1/x"])
            case "/down": .status(302, headers: ["Location": "file:///etc/passwd"])
            case "/nowhere": .status(304)
            default: .status(200, body: "\(request.method) \(request.body)")
            }
        }
        let reply = try await HTTPSender().send(
            HTTPRequest(url: Secret(server.url("/old")), body: Array("hello".utf8)))
        #expect(reply == HTTPReply(status: 200, body: "POST hello"))
        for path in ["/circle", "/away", "/down"] {
            #expect(
                await problem(Secret(server.url(path)))
                    == .redirected("to another scheme, or in a circle"), "\(path)")
        }
        #expect(
            await problem(Secret(server.url("/nowhere")))
                == .redirected("it answered 304, which is not followed"))
    }

    @Test func `only the beginning of a long answer is read`() async throws {
        let server = try HTTPRecorder { _, _ in .status(500, body: String(repeating: "x", count: 9_000_000)) }
        let reply = try await HTTPSender().send(HTTPRequest(url: Secret(server.url())))
        #expect(reply.status == 500 && reply.body.utf8.count == HTTPSender.answerBytesMax)
    }

    @Test func `many at once do not wait for each other`() async throws {
        let hanging = try HTTPRecorder { _, _ in .hang }
        let server = try HTTPRecorder()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<16 {
                group.addTask { await problem(Secret(hanging.url())) != nil }
                group.addTask {
                    // What went wrong shows in the count of requests.
                    (try? await HTTPSender().send(HTTPRequest(url: Secret(server.url())))) != nil
                }
            }
            for await isAsExpected in group { #expect(isAsExpected) }
        }
        #expect(server.requests.count == 16 && hanging.requests.count == 16)
    }

    @Test func `a certificate that nobody vouches for is refused`() async throws {
        let folder = "/tmp/pgvigil-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // What is left in /tmp is small.
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let environment = ["PATH": "/usr/bin:/bin"]
        let made = try ChildRun(
            [
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem",
            ], environment: environment, directory: folder)
        let end = try await made.end()
        try #require(end.status == 0, "\(end)")
        let port = 20_000 + Int.random(in: 0..<20_000)
        let server = try ChildRun(
            [
                "openssl", "s_server", "-quiet", "-www", "-port", "\(port)", "-cert", "cert.pem", "-key",
                "key.pem",
            ], environment: environment, directory: folder)
        let url = Secret("https://localhost:\(port)/")
        var trusting = HTTPSender()
        trusting.certificates = "\(folder)/cert.pem"
        let sender = trusting
        #expect(
            try await Fact.comes {
                // Not up yet.
                (try? await sender.send(HTTPRequest(url: url, method: .get)))?.status == 200
            })
        let problem = await problem(url)
        #expect(
            problem == .noAnswer("SSL peer certificate or SSH remote key was not OK", mayPass: true))
        withExtendedLifetime(server) {}
    }
}

/// Why a request fails; nil if it does not.
private func problem(_ url: Secret) async -> HTTPProblem? {
    var sender = HTTPSender()
    sender.limit = .seconds(2)
    sender.connectLimit = .seconds(1)
    do throws(HTTPProblem) {
        _ = try await sender.send(HTTPRequest(url: url, body: [0x78]))
        return nil
    } catch {
        return error
    }
}
