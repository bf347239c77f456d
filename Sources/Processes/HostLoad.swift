package import Faults
import Glibc

/// Reads how busy this host is.
package enum HostLoad {
    /// The cores that are on line.
    package static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// The load average of the last minute, divided by the cores that are on line.
    ///
    /// - Throws: ``ProcessFault/noLoad(reason:)``.
    package static func perCore() throws(AnyFault) -> Double {
        do throws(ProcessFault) {
            return try perCore(file: "/proc/loadavg", cores: cores)
        } catch {
            throw AnyFault(error)
        }
    }

    /// - Parameter file: As proc_loadavg(5) describes it: the average of the last minute stands first.
    static func perCore(file: String, cores: Int) throws(ProcessFault) -> Double {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .noLoad(reason: "\(file): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = read(descriptor, &bytes, bytes.count)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        guard let load = text.split(separator: " ").first.flatMap({ Double($0) }), load.isFinite else {
            throw .noLoad(reason: "\(file) holds '\(text.prefix(40))'")
        }
        return load / Double(max(1, cores))
    }
}
