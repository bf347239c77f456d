import CMalloc
import FoundationEssentials
import Glibc

/// Gives back the memory that only a start needs: a daemon reads its files in a second and then idles for years.
enum StartupMemory {
    /// Hands freed heap to the system, and lets go of pages of code, which come back from the page cache when needed.
    ///
    /// Only mappings that are executable and not writable are let go: nothing was ever written there, relocations
    /// included (`malloc_trim(3)`, `madvise(2)` with `MADV_DONTNEED`).
    static func release() {
        malloc_trim(0)
        // Where the system tells nothing of them, they stay.
        let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
        for range in code(in: maps ?? "") {
            madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
        }
    }

    /// The executable mappings of files that a text of `/proc/self/maps` tells of (proc_pid_maps(5)).
    static func code(in maps: String) -> [Range<UInt>] {
        maps.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count >= 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else { return nil }
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard ends.count == 2, ends[0] < ends[1] else { return nil }
            return ends[0]..<ends[1]
        }
    }
}
