package import FoundationEssentials
package import Measures

/// What earlier nights tell of the objects of one database: how long things take, what waits, what was interrupted.
package struct MaintenanceHistory: Sendable, Equatable {
    /// How long each class took for each object.
    private(set) var paces: [Subject: Pace] = [:]
    /// The same for each class, over all objects of the target.
    private(set) var classPaces: [MaintenanceClass: Pace] = [:]
    /// How long the last tries ran that were cancelled; the next one takes at least as long.
    private(set) var cancelledAfter: [Subject: Duration] = [:]
    /// On how many nights in a row it was wanted and not finished.
    package private(set) var nightsWaited: [Subject: Int] = [:]
    private(set) var lastDone: [Subject: Date] = [:]
    private(set) var learned: [QualifiedName: LearnedIndex] = [:]
    /// When indexes were last rebuilt since a collation had changed.
    private(set) var rebuiltForCollation: [QualifiedName: Date] = [:]
    /// Rebuilds that were not finished and whose leftovers nobody has dropped yet, the newest first.
    private(set) var interrupted: [Interrupted] = []

    /// One class of maintenance on one object.
    package struct Subject: Sendable, Hashable {
        package var kind: MaintenanceClass
        /// By its name, since a concurrent rebuild gives an index another oid.
        package var object: QualifiedName

        package init(_ kind: MaintenanceClass, _ object: QualifiedName) {
            self.kind = kind
            self.object = object
        }
    }

    /// A rebuild that has left something, or may have.
    struct Interrupted: Sendable, Hashable {
        var index: QualifiedName
        var table: QualifiedName
        var at: Date
        /// What it left, in the schema of the index; nil where nobody could look: then every name that it may have given.
        var names: [String]?

        /// Whether an invalid index is its leftover.
        func owns(_ other: QualifiedName, of table: QualifiedName) -> Bool {
            guard other.schema == index.schema, table == self.table else { return false }
            return names?.contains(other.name) ?? LeftoverName.isLeftover(other.name, of: index.name)
        }
    }

    /// So many of the last times of an object count for its pace.
    package static let timesMax = 5
    /// Tries that are closer to each other than this belong to one night.
    package static let nightLength = Duration.seconds(12 * 3600)

    /// - Parameters:
    ///   - past: What was done in the database, in any order.
    ///   - others: What was done in other databases of the target; only the paces of classes come of it.
    package init(_ past: [PastMaintenance] = [], others: [PastMaintenance] = []) {
        let groups = Dictionary(grouping: past) { Subject($0.kind, $0.object) }
        for (subject, entries) in groups {
            take(entries.sorted { ($0.at, $0.end.rawValue) > ($1.at, $1.end.rawValue) }, of: subject)
        }
        for entry in past + others where entry.end == .done && entry.took > .zero {
            classPaces[entry.kind, default: Pace()].add(entry)
        }
        interrupted = Self.interrupted(past).sorted { ($0.at, $0.index) > ($1.at, $1.index) }
    }

    /// Rebuilds that left something, until one of the same index is done or the leftover was dropped: what bears its name
    /// later may be a stranger's.
    private static func interrupted(_ past: [PastMaintenance]) -> [Interrupted] {
        let tidied = past.filter { $0.kind == .leftover && $0.end == .done }
        var rebuilt: [QualifiedName: Date] = [:]
        for entry in past where entry.kind == .reindex && entry.end == .done {
            rebuilt[entry.object] = max(entry.at, rebuilt[entry.object] ?? entry.at)
        }
        return past.compactMap { entry in
            guard entry.mayHaveLeft, rebuilt[entry.object].map({ $0 < entry.at }) ?? true else { return nil }
            var left = Interrupted(
                index: entry.object, table: entry.table, at: entry.at,
                names: entry.end == .open ? nil : entry.leftovers)
            let gone = tidied.filter { $0.at >= entry.at && left.owns($0.object, of: $0.table) }
                .map(\.object.name)
            // A rebuild of one index leaves one; which one is only known where somebody looked.
            guard let names = left.names else { return gone.isEmpty ? left : nil }
            left.names = names.filter { !gone.contains($0) }
            return left.names?.isEmpty == true ? nil : left
        }
    }

    /// Reads what happened to one subject, the newest first.
    private mutating func take(_ entries: [PastMaintenance], of subject: Subject) {
        let done = entries.filter { $0.end == .done }
        lastDone[subject] = done.first?.at
        for entry in done.prefix(Self.timesMax) where entry.took > .zero {
            paces[subject, default: Pace()].add(entry)
        }
        if subject.kind == .reindex {
            learned[subject.object] = done.compactMap(\.after).first.flatMap(LearnedIndex.init)
            rebuiltForCollation[subject.object] =
                done.first { $0.reason == PastMaintenance.collationReason }?.at
        }
        let sinceDone = entries.prefix { $0.end != .done }
        cancelledAfter[subject] = sinceDone.filter { $0.end == .cancelled }.map(\.took).max()
        var nights = 0
        var last: Date?
        for entry in sinceDone where entry.end == .waited || entry.end == .cancelled {
            if let last, last.timeIntervalSince(entry.at) < Self.nightLength / .seconds(1) { continue }
            nights += 1
            last = entry.at
        }
        nightsWaited[subject] = nights == 0 ? nil : nights
    }
}

/// What was once done to an object, or was not.
package struct PastMaintenance: Sendable, Equatable {
    package var kind: MaintenanceClass
    package var object: QualifiedName
    package var table: QualifiedName
    package var at: Date
    /// What the plan said the object's size to be.
    package var size: ByteCount
    package var took: Duration
    package var end: End
    /// The plan's reason, as it was written.
    package var reason: String
    /// An index right after its rebuild; nil for anything else.
    package var after: Rebuilt?
    /// What a rebuild that has ended left behind, in the schema of its index; nil where nobody could look.
    package var leftovers: [String]?

    package init(
        kind: MaintenanceClass, object: QualifiedName, table: QualifiedName, at: Date, size: ByteCount,
        took: Duration, end: End, reason: String = "", after: Rebuilt? = nil,
        leftovers: [String]? = []
    ) {
        self.kind = kind
        self.object = object
        self.table = table
        self.at = at
        self.size = size
        self.took = took
        self.end = end
        self.reason = reason
        self.after = after
        self.leftovers = leftovers
    }

    fileprivate var mayHaveLeft: Bool {
        switch end {
        case .open, .cancelled, .failed: kind == .reindex
        case .done, .noEffect, .waited, .skipped: false
        }
    }

    /// The reason of a rebuild for a changed collation, by which later nights know that it was for that.
    package static let collationReason =
        "it sorts by a collation whose version has changed since it was built"

    /// How it ended; an open one never said so.
    package enum End: String, Sendable, Equatable, CaseIterable {
        case done
        case noEffect = "no effect"
        case waited, skipped, cancelled, failed, open
    }

    /// How an index stood after a clean rebuild.
    package struct Rebuilt: Sendable, Equatable {
        package var size: ByteCount
        package var tuples: Double
        package var fileNode: UInt32

        package init(size: ByteCount, tuples: Double, fileNode: UInt32) {
            self.size = size
            self.tuples = tuples
            self.fileNode = fileNode
        }
    }
}

/// What an index takes for each row when nothing in it is bloat.
struct LearnedIndex: Sendable, Equatable {
    var bytesPerTuple: Double
    /// The file that was measured; another file has been built by somebody else since.
    var fileNode: UInt32

    /// So few rows tell of pages and not of rows.
    static let tuplesMin = 1000.0

    /// Nil where there were too few rows to learn of.
    init?(_ rebuilt: PastMaintenance.Rebuilt) {
        guard rebuilt.tuples >= Self.tuplesMin, rebuilt.size.bytes > 0 else { return nil }
        bytesPerTuple = Double(rebuilt.size.bytes) / rebuilt.tuples
        fileNode = rebuilt.fileNode
    }
}

/// How fast something was, over several times.
struct Pace: Sendable, Equatable {
    private(set) var seconds = 0.0
    private(set) var bytes = 0.0
    private(set) var times = 0.0

    mutating func add(_ past: PastMaintenance) {
        seconds += past.took / .seconds(1)
        bytes += MaintenanceForecast.work(past.kind, past.size)
        times += 1
    }

    /// How long so many bytes take; nil where nothing was measured.
    func seconds(for work: Double) -> Double? {
        guard times > 0 else { return nil }
        return bytes > 0 && work > 0 ? seconds * work / bytes : seconds / times
    }
}
