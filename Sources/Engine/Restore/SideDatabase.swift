package import FoundationEssentials

/// Names of databases that a run makes beside another one, and that tell which run that was.
package enum SideDatabase {
    /// What stands between the name of the database and the run's.
    package enum Purpose: String, Sendable, CaseIterable {
        /// What is being restored, and is not whole yet.
        case restoring
        /// What was there before it was replaced.
        case before
    }

    /// PostgreSQL cuts names after this many bytes (`NAMEDATALEN` in `src/include/pg_config_manual.h`).
    private static let nameMax = 63
    private static let digits = 8

    /// `shop__restoring_1a2b3c4d`; a long name is cut so that the rest is told.
    package static func name(of database: String, _ purpose: Purpose, run: UUID) -> String {
        let ending = "__\(purpose.rawValue)_\(run.uuidString.lowercased().prefix(digits))"
        var start = Substring(database)
        while start.utf8.count + ending.utf8.count > nameMax { start = start.dropLast() }
        return start + ending
    }

    /// How the run's id begins that made this database to restore into; nil for any other name.
    package static func runPrefix(of name: String) -> String? {
        guard let mark = name.lastIndex(of: "_") else { return nil }
        let run = name[name.index(after: mark)...]
        guard name[..<mark].hasSuffix("__\(Purpose.restoring.rawValue)"), run.utf8.count == digits,
            run.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
        else { return nil }
        return String(run)
    }
}
