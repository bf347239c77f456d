import Engine
import Glibc
import Measures

/// What this machine has, as far as this process may use it.
enum Machine {
    /// Free space where the folder is or will be; the memory, or what a container leaves of it; the cores.
    static func room(at path: String) throws(DatabasesFault) -> RestoreRoom {
        var existing = path
        while existing.count > 1, Files.status(existing) == nil {
            existing = existing.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
        }
        var space = statvfs()
        guard statvfs(existing.isEmpty ? "/" : existing, &space) == 0 else { throw Files.failure(path) }
        let memory = Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE)))
        return RestoreRoom(
            freeSpace: ByteCount(Int64(clamping: space.f_bavail) * Int64(clamping: space.f_frsize)),
            memory: ByteCount(min(memory, containerMemory ?? .max)),
            cores: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    /// Free space for anybody in the file system of a folder; nil where there is no such folder to be seen.
    static func freeSpace(at folder: String) -> ByteCount? {
        var space = statvfs()
        guard statvfs(folder, &space) == 0 else { return nil }
        return ByteCount(Int64(clamping: space.f_bavail) * Int64(clamping: space.f_frsize))
    }

    /// Whether a process of this number is one of PostgreSQL's here: that of a server elsewhere, or in a container with
    /// numbers of its own, is not to be found.
    static func runsPostgres(_ process: Int) -> Bool {
        process > 0 && Files.head("/proc/\(process)/comm", bytesMax: 32).hasPrefix("postgres")
    }

    /// The limit of the control group, which says `max` where there is none (kernel documentation, cgroup-v2).
    private static var containerMemory: Int64? {
        let text = Files.head("/sys/fs/cgroup/memory.max", bytesMax: 64)
        return Int64(text.prefix { $0.isNumber })
    }
}
