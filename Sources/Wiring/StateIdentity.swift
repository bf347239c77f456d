package import Faults
import FoundationEssentials
import Glibc

/// The id of a state directory: made once, and kept in it.
///
/// It tells which runs this directory's locks can answer for. The machine's own id cannot: a container gets a new one
/// at every start, while its state stays.
package enum StateIdentity {
    /// The id, made if there is none; of several processes that make it at once, one wins and all agree.
    package static func read(_ directory: String) throws(AnyFault) -> String {
        let path = "\(directory)/id"
        if let id = content(path) { return id }
        let draft = "\(directory)/id.\(UUID().uuidString)"
        let text = Data("\(UUID().uuidString.lowercased())\n".utf8)
        // The permissions that createFile takes are not those that it gives.
        guard FileManager.default.createFile(atPath: draft, contents: text), chmod(draft, 0o600) == 0 else {
            throw AnyFault(WiringFault.unreadable(path: draft, why: "it cannot be written"))
        }
        link(draft, path)
        unlink(draft)
        guard let id = content(path) else {
            throw AnyFault(WiringFault.unreadable(path: path, why: "it is forbidden or empty"))
        }
        return id
    }

    private static func content(_ path: String) -> String? {
        // A file that is not there yet is made.
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        return text.split(whereSeparator: \.isWhitespace).first.map(String.init)
    }
}
