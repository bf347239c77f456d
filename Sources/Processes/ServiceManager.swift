import Glibc

/// Tells the service manager how the service stands, by systemd's notification protocol.
///
/// The protocol is a datagram of lines to the socket named in `NOTIFY_SOCKET` (sd_notify(3), "Standalone
/// Implementations"); a name that begins with `@` is in the abstract namespace.
package struct ServiceManager: Sendable {
    private let socket: String
    /// How often it wants to hear that the service lives; nil if it does not.
    package let watchdog: Duration?

    /// Nil where no service manager listens.
    package init?(environment: [String: String]) {
        guard let socket = environment["NOTIFY_SOCKET"], socket.hasPrefix("/") || socket.hasPrefix("@"),
            socket.utf8.count < MemoryLayout<sockaddr_un>.size - MemoryLayout<sa_family_t>.size
        else { return nil }
        self.socket = socket
        // Meant for another process when it names one (sd_watchdog_enabled(3)).
        let isOurs = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
        let limit = environment["WATCHDOG_USEC"].flatMap(Int64.init)
        watchdog = isOurs ? limit.flatMap { $0 > 0 ? .microseconds($0) : nil } : nil
    }

    /// What the service has to say.
    package enum News: Sendable, Equatable {
        case ready(status: String)
        case status(String)
        /// By the machine's monotonic clock, which systemd compares with its own (sd_notify(3), `MONOTONIC_USEC`).
        case reloading(monotonicMicroseconds: Int64)
        case stopping
        case alive

        var text: String {
            switch self {
            case .ready(let status): "READY=1\nSTATUS=\(status)"
            case .status(let status): "STATUS=\(status)"
            case .reloading(let now): "RELOADING=1\nMONOTONIC_USEC=\(now)"
            case .stopping: "STOPPING=1"
            case .alive: "WATCHDOG=1"
            }
        }
    }

    /// Sends news; a manager that does not take it is not waited for.
    ///
    /// - Returns: Whether it was sent.
    @discardableResult
    package func tell(_ news: News) -> Bool {
        let file = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard file >= 0 else { return false }
        defer { close(file) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(socket.utf8)
        if name.first == UInt8(ascii: "@") { name[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = MemoryLayout<sa_family_t>.size + name.count
        let text = Array(news.text.utf8)
        let sent = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(
                    file, text, text.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), $0,
                    socklen_t(length))
            }
        }
        return sent == text.count
    }
}
