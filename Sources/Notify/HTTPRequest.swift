import Faults

/// A request whose address must not be seen.
struct HTTPRequest: Sendable {
    let url: Secret
    var method = Method.post
    /// Names and values in ASCII, without line breaks.
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    enum Method: Sendable {
        case get, post
    }
}

/// What came back.
struct HTTPReply: Sendable, Equatable {
    var status: Int
    /// The beginning of the body.
    var body: String
}

/// Why nothing came back; never with the address.
enum HTTPProblem: Error, Equatable {
    case badAddress(String)
    case redirected(String)
    case noAnswer(String, mayPass: Bool)
}
