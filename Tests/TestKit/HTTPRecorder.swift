import Dispatch
import FoundationEssentials
import Glibc
import Synchronization

/// A small HTTP server on the loopback address: writes down what it is sent and answers as the test says.
///
/// It ends when nobody holds it any more.
package final class HTTPRecorder: Sendable {
    /// A request that arrived whole.
    package struct Request: Sendable, Equatable {
        package var method: String
        /// With its query.
        package var path: String
        /// By name in lower case.
        package var headers: [String: String]
        package var body: String
    }

    /// What it does with a request.
    package enum Answer: Sendable {
        case status(Int, headers: [String: String] = [:], body: String = "")
        /// Bytes as they are.
        case raw(String)
        /// Nothing at all until the client goes away.
        case hang
        /// Ends the connection without a word.
        case close
    }

    package let port: UInt16
    private let socket: Int32
    private let recorded: Recorded

    /// What its threads share, without keeping the server itself alive.
    private final class Recorded: Sendable {
        let requests = Mutex<[Request]>([])
        let answer: @Sendable (Request, _ number: Int) -> Answer

        init(_ answer: @escaping @Sendable (Request, _ number: Int) -> Answer) { self.answer = answer }
    }

    private struct Failure: Error { var call: String }

    /// Listens on a free port.
    ///
    /// - Parameter answer: Is asked for every request, with its number from 1.
    package init(
        answer: @escaping @Sendable (Request, _ number: Int) -> Answer = { _, _ in .status(200) }
    ) throws {
        recorded = Recorded(answer)
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | 0o2000000, 0)
        guard socket >= 0 else { throw Failure(call: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = self.socket
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(socket, generic, size) == 0 && listen(socket, 64) == 0
                    && getsockname(socket, generic, &size) == 0
            }
        }
        guard isListening else { throw Failure(call: "listen") }
        port = UInt16(bigEndian: address.sin_port)
        let recorded = self.recorded
        DispatchQueue(label: "recorder").async { Self.accept(on: socket, recorded) }
    }

    deinit {
        // Wakes the thread that waits in accept(2), which then closes it.
        shutdown(socket, Int32(SHUT_RDWR))
    }

    /// Every request so far.
    package var requests: [Request] { recorded.requests.withLock { $0 } }

    /// The address of a path.
    package func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    private static func accept(on socket: Int32, _ recorded: Recorded) {
        while true {
            let connection = Glibc.accept(socket, nil, nil)
            if connection < 0, errno == EINTR { continue }
            guard connection >= 0 else { break }
            DispatchQueue(label: "recorder.connection").async {
                serve(connection, recorded)
                Glibc.close(connection)
            }
        }
        Glibc.close(socket)
    }

    private static func serve(_ connection: Int32, _ recorded: Recorded) {
        guard let request = read(connection) else { return }
        let number = recorded.requests.withLock { requests in
            requests.append(request)
            return requests.count
        }
        switch recorded.answer(request, number) {
        case .status(let status, let headers, let body):
            let all = headers.merging(["Content-Length": "\(body.utf8.count)", "Connection": "close"]) { $1 }
            let lines = all.map { "\($0.key): \($0.value)\r\n" }.sorted().joined()
            write("HTTP/1.1 \(status) Whatever\r\n\(lines)\r\n\(body)", to: connection)
        case .raw(let text): write(text, to: connection)
        case .hang:
            var byte: UInt8 = 0
            while recv(connection, &byte, 1, 0) > 0 {}
        case .close: break
        }
    }

    private static func write(_ text: String, to connection: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let request = parse(bytes) { return request }
            let count = recv(connection, &piece, piece.count, 0)
            guard count > 0 else { return nil }
            bytes += piece[..<count]
        }
    }

    /// The request, once all of it is there.
    private static func parse(_ bytes: [UInt8]) -> Request? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers[line[..<colon].lowercased()] = String(value)
        }
        let body = text[end.upperBound...]
        guard body.utf8.count >= Int(headers["content-length"] ?? "0") ?? 0 else { return nil }
        return Request(
            method: String(words[0]), path: String(words[1]), headers: headers, body: String(body))
    }
}
