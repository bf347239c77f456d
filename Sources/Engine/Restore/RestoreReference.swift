import ArchiveFormat
package import Faults
package import FoundationEssentials

/// Which backup a person means.
package enum RestoreReference: Sendable, Equatable {
    /// The newest of a database.
    case latest(target: String, database: String)
    /// The beginning of an id, in lower case.
    case id(String)
    /// The folder of a set, which need not lie in a store.
    case path(String)

    /// Reads `latest:target/database`, a path, or the beginning of an id.
    ///
    /// Whatever holds a slash is a path, as in a shell; nil for a `latest` that names no database.
    package init?(_ text: String) {
        if text == "latest" || text.hasPrefix("latest:") {
            let subject = text.dropFirst("latest:".count)
            guard let slash = subject.firstIndex(of: "/"), slash > subject.startIndex else { return nil }
            let database = String(subject[subject.index(after: slash)...])
            guard !database.isEmpty else { return nil }
            self = .latest(target: String(subject[..<slash]), database: database)
        } else if text.contains("/") || text.hasPrefix(".") {
            self = .path(text)
        } else {
            guard !text.isEmpty else { return nil }
            self = .id(text.lowercased())
        }
    }

    /// What was chosen, and a word on what was passed over.
    package struct Choice: Sendable, Equatable {
        package var set: StoredSet
        /// Newer sets that were not taken, with why; empty if there are none.
        package var passedOver: [String]
    }

    /// Chooses among the sets of all stores.
    ///
    /// The newest is the newest of a whole database that is not known to be damaged.
    /// - Parameter instant: With ``latest(target:database:)``, the set was begun before or at this; nil sets no bound.
    ///   A whole second is meant as a whole, since lists show no more of an instant than that.
    /// - Throws: ``RestoreFault/noBackup(of:)``, ``RestoreFault/ambiguousBackup(_:)``.
    package func choose(among sets: [StoredSet], at instant: Date?) throws(AnyFault) -> Choice {
        switch self {
        case .latest(let target, let database):
            let fitting = sets.filter { set in
                set.manifest.target == target && set.manifest.database.name == database
                    && instant.map { Self.isBegun(set.manifest.started, by: $0) } ?? true
            }.sorted { ($0.manifest.started, $0.path) > ($1.manifest.started, $1.path) }
            var passedOver: [String] = []
            for set in fitting {
                guard let why = Self.objection(to: set) else {
                    return Choice(set: set, passedOver: passedOver)
                }
                passedOver.append("\(set.shortID) is \(why)")
            }
            let before = instant == nil ? "" : " as old as that"
            let others = passedOver.isEmpty ? "" : "; \(passedOver.joined(separator: ", "))"
            throw RestoreFault.noBackup(of: "\(target)/\(database)\(before)\(others)").plain
        case .id(let prefix):
            let found = sets.filter { $0.manifest.id.uuidString.lowercased().hasPrefix(prefix) }
            guard let first = found.first else { throw RestoreFault.noBackup(of: "the id '\(prefix)'").plain }
            // The same set may lie in two stores.
            guard Set(found.map(\.manifest.id)).count == 1 else {
                throw RestoreFault.ambiguousBackup(prefix).plain
            }
            return Choice(set: found.first { $0.damaged == nil } ?? first, passedOver: [])
        case .path(let path): throw RestoreFault.noBackup(of: path).plain
        }
    }

    /// Compared by the millisecond, which is what a manifest holds: the same instant that came by two ways may differ
    /// in the last bits of its floating-point number.
    private static func isBegun(_ started: Date, by instant: Date) -> Bool {
        let bound = ManifestInstant.milliseconds(instant)
        let isWholeSecond = bound.truncatingRemainder(dividingBy: 1000) == 0
        return ManifestInstant.milliseconds(started) <= bound + (isWholeSecond ? 999 : 0)
    }

    /// Why the newest set of a database is not the one that is meant; nil if it is.
    private static func objection(to set: StoredSet) -> String? {
        if set.damaged != nil { return "damaged" }
        return set.manifest.partial == nil ? nil : "only a part of the database"
    }
}

extension StoredSet {
    /// The id as tables show it.
    package var shortID: String { String(manifest.id.uuidString.lowercased().prefix(8)) }
}
