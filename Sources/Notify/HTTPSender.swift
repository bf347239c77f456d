import CCurl
import Dispatch
import Faults

/// Sends requests with libcurl, each on a thread of its own.
///
/// Certificates are checked, and an answer may lead to another place of the same scheme only: a secret address must
/// not go on in the clear.
struct HTTPSender: Sendable {
    /// More of an answer is not read.
    static let answerBytesMax = 4_096
    private static let redirectsMax = 3

    /// The whole exchange; a service that takes longer is asked again later.
    var limit = Duration.seconds(30)
    /// The connection, with the handshake of TLS.
    var connectLimit = Duration.seconds(10)
    /// A file with certificates to trust instead of the system's, for tests.
    var certificates: String?

    func send(_ request: HTTPRequest) async throws(HTTPProblem) -> HTTPReply {
        let result: Result<HTTPReply, HTTPProblem> = await withCheckedContinuation { continuation in
            DispatchQueue(label: "notify").async {
                do throws(HTTPProblem) {
                    continuation.resume(returning: .success(try perform(request)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    /// libcurl wants to be set up before any thread uses it (libcurl-thread(3)); a static is made once.
    private static let isReady = pgvigil_curl_global_init() == CURLE_OK

    private func perform(_ request: HTTPRequest) throws(HTTPProblem) -> HTTPReply {
        let url = request.url.reveal()
        guard let scheme = ["https", "http"].first(where: { url.lowercased().hasPrefix("\($0)://") }) else {
            throw .badAddress("it begins neither with https:// nor with http://")
        }
        guard Self.isReady, let handle = curl_easy_init() else {
            throw .noAnswer("libcurl cannot be set up", mayPass: true)
        }
        defer { curl_easy_cleanup(handle) }
        var headers: UnsafeMutablePointer<curl_slist>?
        defer { curl_slist_free_all(headers) }
        // An empty Expect: keeps libcurl from waiting for an interim answer that many servers never send.
        for (name, value) in [(name: "User-Agent", value: "pgvigil"), (name: "Expect", value: "")]
            + request.headers
        {
            headers = curl_slist_append(headers, value.isEmpty ? "\(name):" : "\(name): \(value)") ?? headers
        }
        let answer = Answer()
        try set(handle, request, scheme: scheme, headers: headers, answer: answer)
        // Keeps the answer and the body alive until libcurl is done with them.
        let code = withExtendedLifetime((answer, request)) { curl_easy_perform(handle) }
        // A write error is our own sink, which has read enough.
        guard code == CURLE_OK || (code == CURLE_WRITE_ERROR && answer.isFull) else {
            throw problem(code, status: Int(pgvigil_curl_status(handle)))
        }
        let status = Int(pgvigil_curl_status(handle))
        if (300..<400).contains(status) {
            throw .redirected("it answered \(status), which is not followed")
        }
        return HTTPReply(status: status, body: answer.text)
    }

    private func set(
        _ handle: UnsafeMutableRawPointer, _ request: HTTPRequest, scheme: String,
        headers: UnsafeMutablePointer<curl_slist>?, answer: Answer
    ) throws(HTTPProblem) {
        var codes = [
            pgvigil_curl_set_text(handle, CURLOPT_URL, request.url.reveal()),
            pgvigil_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, scheme),
            pgvigil_curl_set_text(handle, CURLOPT_REDIR_PROTOCOLS_STR, scheme),
            pgvigil_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 1),
            pgvigil_curl_set_long(handle, CURLOPT_MAXREDIRS, Self.redirectsMax),
            // CURL_REDIR_POST_ALL: a message that is led elsewhere stays a POST.
            pgvigil_curl_set_long(handle, CURLOPT_POSTREDIR, 7),
            // Signals would interrupt whatever thread they meet.
            pgvigil_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
            pgvigil_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, connectLimit.milliseconds),
            pgvigil_curl_set_long(handle, CURLOPT_TIMEOUT_MS, limit.milliseconds),
            pgvigil_curl_set_list(handle, CURLOPT_HTTPHEADER, headers),
            pgvigil_curl_set_sink(
                handle, { pointer, size, count, context in Answer.take(pointer, size * count, context) },
                Unmanaged.passUnretained(answer).toOpaque()),
        ]
        if let certificates {
            codes.append(pgvigil_curl_set_text(handle, CURLOPT_CAINFO, certificates))
        }
        switch request.method {
        case .get: codes.append(pgvigil_curl_set_long(handle, CURLOPT_HTTPGET, 1))
        case .post:
            codes.append(pgvigil_curl_set_long(handle, CURLOPT_POSTFIELDSIZE, request.body.count))
            // Copied by libcurl, so that the pointer need not outlive this call; the size must be set before.
            codes.append(
                (request.body + [0]).withUnsafeBytes { bytes in
                    let text = bytes.bindMemory(to: CChar.self).baseAddress
                    return pgvigil_curl_set_text(handle, CURLOPT_COPYPOSTFIELDS, text)
                })
        }
        if let code = codes.first(where: { $0 != CURLE_OK }) { throw problem(code, status: 0) }
    }

    /// libcurl's own words (libcurl-errors(3)), which never hold the address.
    private func problem(_ code: CURLcode, status: Int) -> HTTPProblem {
        let text = String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_URL_MALFORMAT: return .badAddress(text)
        // The same code tells of answers that are none, such as another protocol's greeting.
        case CURLE_UNSUPPORTED_PROTOCOL where (300..<400).contains(status), CURLE_TOO_MANY_REDIRECTS:
            return .redirected("to another scheme, or in a circle")
        case CURLE_UNSUPPORTED_PROTOCOL: return .noAnswer("the answer is not HTTP", mayPass: true)
        case CURLE_OPERATION_TIMEDOUT: return .noAnswer("it took too long", mayPass: true)
        default: return .noAnswer(text, mayPass: true)
        }
    }
}

/// The beginning of an answer.
private final class Answer {
    private var bytes: [UInt8] = []

    var isFull: Bool { bytes.count >= HTTPSender.answerBytesMax }
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Takes what came in; less than `count` ends the exchange (CURLOPT_WRITEFUNCTION(3)).
    static func take(
        _ pointer: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?
    ) -> Int {
        guard let context, let pointer else { return 0 }
        let answer = Unmanaged<Answer>.fromOpaque(context).takeUnretainedValue()
        let room = HTTPSender.answerBytesMax - answer.bytes.count
        answer.bytes += UnsafeRawBufferPointer(start: pointer, count: min(room, count))
        return answer.isFull ? 0 : count
    }
}

extension Duration {
    fileprivate var milliseconds: Int {
        Int(components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
