import Dispatch
import Faults
import FoundationEssentials
import Glibc
import Jobs
import Synchronization
import TestKit
import Testing
import Web

/// One after the other, since threads are counted.
@Suite(.serialized) struct `Serving metrics and health` {
    @Test func `each path has its page, made anew for each request, and others have none`() async throws {
        let count = Mutex(0)
        let server = try await WebServer.start(
            WebSettings.Address(host: "127.0.0.1", port: 0),
            pages: [
                "/metrics": {
                    let number = count.withLock { count in
                        count += 1
                        return count
                    }
                    return WebPage(text: "pgvigil_requests \(number)\n")
                },
                "/healthz": { WebPage(text: "ok\n") },
                "/readyz": { WebPage(text: "the catalog is away\n", isGood: false) },
            ])
        let first = try await get("/metrics", server.port)
        #expect(first.status == 200 && first.body == "pgvigil_requests 1\n")
        #expect(first.headers.contains("content-type: text/plain; version=0.0.4; charset=utf-8"))
        #expect(try await get("/metrics?x=1", server.port).body == "pgvigil_requests 2\n")
        #expect(try await get("/healthz", server.port).status == 200)
        let unready = try await get("/readyz", server.port)
        #expect(unready.status == 503 && unready.body == "the catalog is away\n")
        for path in ["/", "/metric", "/metrics/x", "/../etc/passwd", "/%2e%2e/etc/passwd"] {
            #expect(try await get(path, server.port).status == 404, "\(path)")
        }
        #expect(try await get("/metrics", server.port, method: "POST").status == 404)
        #expect(try await get("/metrics", server.port, method: "HEAD").body == "")
        await server.stop()
        await #expect(throws: (any Error).self) { try await get("/metrics", server.port) }
    }

    @Test func `a client that says nothing, or nonsense, keeps nobody else from being answered`() async throws
    {
        let server = try await WebServer.start(
            WebSettings.Address(host: "127.0.0.1", port: 0), pages: ["/healthz": { WebPage(text: "ok\n") }])
        let silent = try connect(server.port)
        defer { close(silent) }
        for nonsense in ["GARBAGE\r\n\r\n", "GET /healthz HTTP/9.9\r\n\r\n", "\u{0}\u{1}\u{2}"] {
            let socket = try connect(server.port)
            send(nonsense, socket)
            close(socket)
            #expect(try await get("/healthz", server.port).status == 200)
        }
        await server.stop()
    }

    @Test func `a port that is taken is a fault that says so`() async throws {
        let first = try await WebServer.start(
            WebSettings.Address(host: "127.0.0.1", port: 0), pages: [:])
        let fault = await #expect(throws: WebFault.self) {
            try await WebServer.start(
                WebSettings.Address(host: "127.0.0.1", port: first.port), pages: [:])
        }
        let line = FaultLine.render(try #require(fault)).replacing("\(first.port)", with: "PORT")
        Golden.expect(line, "a port that is taken")
        #expect(fault?.code == "web.cannot-listen")
        await first.stop()
        // What was stopped has let its port go, for others to take, too: a client of another test may have it meanwhile.
        let second = try await Fact.value { () async -> WebServer? in
            // It is tried again.
            try? await WebServer.start(
                WebSettings.Address(host: "127.0.0.1", port: first.port), pages: [:])
        }
        await second?.stop()
        #expect(second != nil)
    }

    @Test func `has one thread, and no more for many clients`() async throws {
        let server = try await WebServer.start(
            WebSettings.Address(host: "127.0.0.1", port: 0), pages: ["/metrics": { WebPage(text: "x 1\n") }])
        let sockets = try (0..<50).map { _ in try connect(server.port) }
        defer { for socket in sockets { close(socket) } }
        for _ in 0..<200 { #expect(try await get("/metrics", server.port).status == 200) }
        #expect(threads() == 1)
        await server.stop()
        #expect(threads() == 0)
    }

    // MARK: A client

    private struct Answer {
        var status: Int
        var headers: [String]
        var body: String
    }

    private struct Failure: Error {}

    private func connect(_ port: Int) throws -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        let isConnected = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(socket)
            throw Failure()
        }
        return socket
    }

    private func send(_ text: String, _ socket: Int32) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Asks on a thread of its own, since the server's pages need those of the pool.
    private func get(_ path: String, _ port: Int, method: String = "GET") async throws -> Answer {
        let result: Result<Answer, any Error> = await withCheckedContinuation { continuation in
            DispatchQueue(label: "client").async {
                continuation.resume(returning: Result { try ask(path, port, method: method) })
            }
        }
        return try result.get()
    }

    private func ask(_ path: String, _ port: Int, method: String) throws -> Answer {
        let socket = try connect(port)
        defer { close(socket) }
        send("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", socket)
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(socket, &piece, piece.count, 0)
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        let text = String(decoding: bytes, as: UTF8.self)
        // Who stops listening breaks connections off: no answer is an error that some tests expect.
        guard let end = text.firstRange(of: "\r\n\r\n") else { throw Failure() }
        let lines = text[..<end.lowerBound].split(separator: "\r\n").map(String.init)
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Failure()
        }
        return Answer(
            status: status, headers: lines.map { $0.lowercased() }, body: String(text[end.upperBound...]))
    }

    /// The event-loop threads of SwiftNIO, by the names that it gives them.
    private func threads() -> Int {
        // Only a system without /proc has none.
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return tasks.count { task in
            // One that has ended meanwhile has no name any more.
            let name = (try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)) ?? ""
            return name.hasPrefix("NIO-ELT")
        }
    }
}
