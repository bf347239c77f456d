import FoundationEssentials
import Glibc
import Synchronization

/// A datagram socket that writes down what it is sent, as a service manager's.
package final class DatagramSocket: Sendable {
    /// The path, for `NOTIFY_SOCKET`.
    package let path: String
    private let file: Int32
    private let received = Mutex<[String]>([])

    private struct Failure: Error { var call: String }

    /// - Parameter path: Where it is made; short, as socket names are.
    package init(path: String) throws {
        self.path = path
        file = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard file >= 0, path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw Failure(call: "socket")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let file = self.file
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw Failure(call: "bind") }
    }

    deinit { close(file) }

    /// Every datagram so far.
    package var datagrams: [String] {
        received.withLock { all in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(file, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                guard count > 0 else { return all }
                all.append(String(decoding: buffer[..<count], as: UTF8.self))
            }
        }
    }
}
