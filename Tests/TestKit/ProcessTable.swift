import FoundationEssentials
import Glibc

/// The machine's processes, as `/proc` tells of them.
package struct ProcessTable: Sendable {
    /// One process.
    package struct Entry: Sendable, Hashable {
        package var pid: Int32
        package var parent: Int32
        /// Clock ticks since the machine was started; with the id it names a process for ever.
        package var start: Int64
        /// Its name, cut to 15 bytes by the kernel.
        package var name: String
        package var arguments: [String]
        /// Its working folder; empty where we may not see it.
        package var directory: String
    }

    package let entries: [Entry]

    /// Reads all of them.
    package init() {
        // A process that ends meanwhile is left out.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        entries = names.compactMap { Int32($0) }.compactMap(Self.read)
    }

    /// The process and all that it has started, as far as they live.
    package static func family(of pid: Int32) -> [Entry] {
        let all = ProcessTable().entries
        var found = all.filter { $0.pid == pid }
        var index = 0
        while index < found.count {
            let parent = found[index].pid
            found += all.filter { $0.parent == parent && $0.pid != parent }
            index += 1
        }
        return found
    }

    /// Whether this very process still lives; one that only waits to be reaped does not.
    package static func lives(_ entry: Entry) -> Bool {
        read(entry.pid)?.start == entry.start
    }

    private static func read(_ pid: Int32) -> Entry? {
        // (proc_pid_stat(5)): the name stands in brackets and may hold anything; the state is the field behind it.
        guard let stat = text("/proc/\(pid)/stat"), let end = stat.lastIndex(of: ")"),
            let begin = stat.firstIndex(of: "(")
        else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X", let parent = Int32(fields[1]),
            let start = Int64(fields[19])
        else { return nil }
        let arguments = (text("/proc/\(pid)/cmdline") ?? "").split(separator: "\0").map(String.init)
        return Entry(
            pid: pid, parent: parent, start: start, name: String(stat[stat.index(after: begin)..<end]),
            arguments: arguments,
            // Of another user's process it cannot be read.
            directory: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")) ?? "")
    }

    private static func text(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
