import Dispatch
import Glibc

/// A listener on the loopback that is no PostgreSQL server: it answers each connection with a fixed text, or not at all.
final class SilentServer: Sendable {
    let port: Int
    private let listener: Int32

    /// - Parameter answer: What is written after the first bytes have arrived; nil says nothing.
    init(answer: String? = nil) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                bind(descriptor, general, length) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, general, &length) == 0
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard bound else { throw Refused() }
        guard let answer else { return }
        DispatchQueue(label: "silent server").async {
            while true {
                let peer = accept(descriptor, nil, nil)
                guard peer >= 0 else { return }
                var buffer = [UInt8](repeating: 0, count: 1024)
                _ = read(peer, &buffer, buffer.count)
                _ = Array(answer.utf8).withUnsafeBytes { write(peer, $0.baseAddress, $0.count) }
                _ = read(peer, &buffer, buffer.count)
                close(peer)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    struct Refused: Error {}
}
