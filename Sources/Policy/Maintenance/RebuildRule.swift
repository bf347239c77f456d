package import Measures

/// What keeps an index from being rebuilt whoever is at work; asked when it is planned, and once more before it is done.
package enum RebuildRule {
    /// Larger indexes are not read through by `pgstatindex` before a rebuild, which reads each of their pages.
    package static let confirmedMax = ByteCount(1 << 30)

    /// Why a version builds nothing concurrently: its builds may corrupt silently (release notes of 14.4, BUG #17485).
    ///
    /// - Parameter version: As `server_version_num`, such as 140003.
    /// - Returns: One line for people; nil where nothing is known against it.
    package static func refusal(version: Int) -> String? {
        guard (140_000..<140_004).contains(version) else { return nil }
        return "concurrent builds of PostgreSQL 14.\(version % 10_000) may corrupt the index; 14.4 mends it"
    }

    /// Why there is no room for a second index beside the first, which stays until the new one is in use.
    ///
    /// The new one is no larger than the old one. What sorting and the WAL take comes on top, so that this refuses only
    /// what surely does not fit.
    ///
    /// - Parameter free: Where its file would lie; nil where nobody knows.
    /// - Returns: One line for people; nil where it may fit.
    package static func refusal(size: ByteCount, free: ByteCount?) -> String? {
        guard let free, free < size else { return nil }
        return "its new copy may take as much as it has, \(size), and \(free) are free on its disk"
    }
}

/// What `pgstatindex` tells of a B-tree (manual, "pgstattuple").
package struct BTreeReading: Sendable, Equatable {
    package var size: ByteCount
    package var leafPages: Int64
    package var internalPages: Int64
    /// `avg_leaf_density`: how full its leaves are, in percent; nil where it has none.
    package var leafDensity: Double?
    /// `leaf_fragmentation`: leaves that do not follow each other on the disk, in percent; nil where it has none.
    package var leafFragmentation: Double?
    /// What a rebuild fills leaves to, in percent, 10–100.
    package var fillFactor: Int

    package init(
        size: ByteCount, leafPages: Int64, internalPages: Int64, leafDensity: Double?,
        leafFragmentation: Double?, fillFactor: Int = 90
    ) {
        self.size = size
        self.leafPages = leafPages
        self.internalPages = internalPages
        self.leafDensity = leafDensity
        self.leafFragmentation = leafFragmentation
        self.fillFactor = fillFactor
    }

    /// What it says of a rebuild, in one line.
    package enum Verdict: Sendable, Equatable {
        case confirmed(String)
        case refuted(String)
    }

    private static let block = 8192.0

    /// Whether the index is larger than `factor` times what its entries take in leaves that are as full as after a build.
    package func verdict(factor: Double) -> Verdict {
        // Pages above the leaves shrink with them; one page describes the index.
        let share = min((leafDensity ?? 0) / Double(max(fillFactor, 1)), 1)
        let pages = 1 + max(1, Double(leafPages + internalPages) * share)
        let times = Double(size.bytes) / (pages * Self.block)
        let full = leafDensity.map { "leaves \(Self.percent($0)) % full" } ?? "no leaves"
        let scattered = leafFragmentation.map { ", \(Self.percent($0)) % of them out of order" } ?? ""
        let seen = "\(full)\(scattered), \(Decimals.threeDigits(times)) × a clean index"
        return times > factor
            ? .confirmed("pgstattuple confirms it: \(seen)") : .refuted("pgstattuple finds no bloat: \(seen)")
    }

    private static func percent(_ number: Double) -> String {
        Decimals.fixed(min(max(number, 0), 100), places: 0)
    }
}
