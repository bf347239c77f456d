package import Faults
package import Measures

/// What keeps a backup from being restored or proven.
package enum RestoreFault: Fault, Equatable {
    /// A drill found that a set does not hold what it should.
    case broken(finding: String)
    /// There is no set to work on.
    case noBackup(of: String)
    case ambiguousBackup(String)
    case setDamaged(item: String, finding: String)
    case setUndecided(item: String, finding: String)
    /// Extensions, libraries or locales that the server has not got.
    case serverLacks(item: String, what: [String])
    case noRoom(need: ByteCount, free: ByteCount, place: String)
    case overBound(item: String, used: ByteCount, bound: ByteCount)
    /// What the job allows is less than a restore will take.
    case boundTooLow(item: String, need: ByteCount, bound: ByteCount)
    case noClients(major: Int, found: [Int])
    case databaseExists(String)
    case databaseMissing(String)
    case inRecovery(target: String)
    case mayNotCreate(role: String, target: String)
    case sessionsInTheWay(database: String, sessions: [String])
    case restoreFailed(item: String, findings: [String])
    case refused(what: String, message: String)
    /// Roles that objects of the backup belong to, or that have rights on them.
    case rolesMissing(item: String, roles: [String])
    /// What a restore was to take of a backup is not in it, or cannot be taken alone.
    case cannotSelect(String)
    /// Rows have no tables to go into.
    case tablesMissing(database: String, tables: String)
    /// Not all was restored, and what was is kept, as somebody wished.
    case restoredInPart(database: String, findings: [String])
    /// The new database is in its place, and the old one could not be dropped.
    case oldStays(database: String, message: String)
    /// A drill could not look at all that it has to.
    case notProven(item: String, why: String)

    package var code: String {
        switch self {
        case .broken: "drill.broken"
        case .noBackup: "restore.no-backup"
        case .ambiguousBackup: "restore.ambiguous-backup"
        case .setDamaged: "restore.set-damaged"
        case .setUndecided: "restore.set-undecided"
        case .serverLacks: "restore.server-lacks"
        case .noRoom: "restore.no-room"
        case .overBound: "drill.over-bound"
        case .boundTooLow: "drill.bound-too-low"
        case .noClients: "restore.no-clients"
        case .databaseExists: "restore.database-exists"
        case .databaseMissing: "restore.database-missing"
        case .inRecovery: "restore.in-recovery"
        case .mayNotCreate: "restore.may-not-create"
        case .sessionsInTheWay: "restore.sessions"
        case .restoreFailed: "restore.failed"
        case .refused: "restore.refused"
        case .rolesMissing: "restore.roles-missing"
        case .cannotSelect: "restore.cannot-select"
        case .tablesMissing: "restore.tables-missing"
        case .restoredInPart: "restore.in-part"
        case .oldStays: "restore.old-stays"
        case .notProven: "drill.not-proven"
        }
    }

    package var summary: String {
        switch self {
        case .broken(let finding): finding
        case .noBackup(let subject): "there is no backup of \(subject)"
        case .ambiguousBackup(let text): "'\(text)' is the beginning of more than one id"
        case .setDamaged(let item, let finding): "the backup of \(item) is damaged: \(finding)"
        case .setUndecided(let item, let finding): "the backup of \(item) could not be read: \(finding)"
        case .serverLacks(let item, let what):
            "the server lacks what \(item) needs: \(what.prefix(5).joined(separator: ", "))"
                + (what.count > 5 ? " and \(what.count - 5) more" : "")
        case .noRoom(let need, let free, let place):
            "restoring needs about \(need) and \(free) are free in \(place)"
        case .overBound(let item, let used, let bound):
            "restoring \(item) has taken \(used), and the job allows \(bound)"
        case .boundTooLow(let item, let need, let bound):
            "restoring \(item) needs about \(need), and the job allows \(bound)"
        case .noClients(let major, let found):
            "no pg_restore of version \(major) or newer is installed"
                + (found.isEmpty ? "" : ", only \(found.map(String.init).joined(separator: ", "))")
        case .databaseExists(let name): "there is a database '\(name)' already"
        case .databaseMissing(let name): "there is no database '\(name)' to replace"
        case .inRecovery(let target): "the server of target '\(target)' is a standby, which takes no writes"
        case .mayNotCreate(let role, let target):
            "role '\(role)' may not create databases on target '\(target)'"
        case .sessionsInTheWay(let database, let sessions):
            "database '\(database)' is in use by \(sessions.prefix(3).joined(separator: ", "))"
                + (sessions.count > 3 ? " and \(sessions.count - 3) more" : "")
        case .restoreFailed(let item, let findings):
            "\(item) was not restored whole: \(findings.first ?? "pg_restore says no more")"
                + (findings.count > 1 ? ", and \(findings.count - 1) more" : "")
        case .refused(let what, let message): "\(what): \(message)"
        case .rolesMissing(let item, let roles):
            "the server has no \(roles.count == 1 ? "role" : "roles") "
                + roles.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
                + (roles.count > 5 ? " and \(roles.count - 5) more" : "") + ", which \(item) needs"
        case .cannotSelect(let why): why
        case .tablesMissing(let database, let tables): "database '\(database)' has no table \(tables)"
        case .restoredInPart(let database, let findings):
            "database '\(database)' is kept and not whole: \(findings.first ?? "pg_restore says no more")"
                + (findings.count > 1 ? ", and \(findings.count - 1) more" : "")
        case .oldStays(let database, let message):
            "all is restored, and the old database, now '\(database)', could not be dropped: \(message)"
        case .notProven(let item, let why): "\(item) could not be verified: \(why)"
        }
    }

    package var remedy: String {
        switch self {
        case .broken: "Run 'pgvigil drills show' for every finding; make a new backup now."
        case .noBackup: "Run 'pgvigil backups list' to see what there is."
        case .ambiguousBackup: "Give more of the id; 'pgvigil backups list' shows it."
        case .setDamaged: "Take another set ('pgvigil backups list'), and make a new backup now."
        case .setUndecided: "Check that this user may read the store, and run it again."
        case .serverLacks: "Install it there, or restore on a server that has it."
        case .noRoom: "Free space, or set another place for it."
        case .overBound, .boundTooLow: "Raise 'disk' of the job."
        case .noClients(let major, _):
            "Install postgresql-client-\(major), or name its folder under 'clients' in pgvigil.yaml."
        case .databaseExists:
            "Restore under another name with '--to', or replace it with '--replace'."
        case .databaseMissing: "Leave '--replace' out to make it."
        case .inRecovery: "Restore on its primary."
        case .mayNotCreate: "Run 'ALTER ROLE … CREATEDB' as a superuser there."
        case .sessionsInTheWay:
            "Stop the application, or end the sessions with '--disconnect'. Nothing was changed."
        case .restoreFailed: "Run 'pgvigil runs show' for all of it. Nothing was changed."
        case .refused: "Look at the server's log. Nothing was changed."
        case .rolesMissing:
            "Restore with '--globals' to make them from the backup, or make them first. Nothing was changed."
        case .cannotSelect: "Look at 'pgvigil backups show', or restore all of it under a new name."
        case .tablesMissing: "Make them first, for instance with '--schema-only' into a new database."
        case .restoredInPart: "Run 'pgvigil runs show' for all that is missing."
        case .oldStays(let database, _):
            "Run 'DROP DATABASE \(Identifier.quoted(database))' once nobody uses it."
        case .notProven: "Run 'pgvigil drills show' for all that was looked at."
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .noBackup, .ambiguousBackup, .databaseExists, .databaseMissing, .cannotSelect: .usage
        case .setUndecided, .serverLacks, .noRoom, .overBound, .boundTooLow, .noClients, .notProven:
            .undetermined
        case .broken, .setDamaged, .inRecovery, .mayNotCreate, .sessionsInTheWay, .restoreFailed, .refused,
            .rolesMissing, .tablesMissing, .restoredInPart, .oldStays:
            .badResult
        }
    }

    package var mayPass: Bool {
        switch self {
        case .setUndecided, .noRoom, .sessionsInTheWay: true
        case .broken, .noBackup, .ambiguousBackup, .setDamaged, .serverLacks, .overBound,
            .boundTooLow, .noClients, .databaseExists, .databaseMissing, .inRecovery, .mayNotCreate,
            .restoreFailed, .refused,
            .rolesMissing, .cannotSelect, .tablesMissing, .restoredInPart, .oldStays, .notProven:
            false
        }
    }

    /// The fault as the ports carry it.
    package var plain: AnyFault { AnyFault(self) }
}
