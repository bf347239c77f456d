package import Engine
package import Faults
package import Jobs
package import Measures
import Synchronization

/// A server to restore into, in memory: the test says what its databases hold, and sees which statements came.
///
/// `CREATE DATABASE`, `DROP DATABASE` and `ALTER DATABASE … RENAME TO` change the list of databases; a database that
/// ``put(_:as:)`` has not described holds what ``restored`` says. All other statements are only written down.
package final class MemoryRestoreServer: RestoreServer {
    /// A statement and the database that it was performed in.
    package struct Performed: Sendable, Equatable {
        package var sql: String
        package var database: String
        /// Whether it was one of several that take effect together.
        package var together: Bool

        package init(_ sql: String, in database: String, together: Bool = false) {
            self.sql = sql
            self.database = database
            self.together = together
        }
    }

    /// What happens to a call of a name before it is answered.
    private enum Mishap {
        case fault(AnyFault)
        case holdUp
    }

    private struct State {
        var facts: RestoreServerFacts
        var contents: [String: MemoryRestoredDatabase] = [:]
        var restored: MemoryRestoredDatabase
        var performed: [Performed] = []
        var refusals: [(part: String, outcome: StatementOutcome)] = []
        var mishaps: [String: [Mishap]] = [:]
        var calls: [String] = []
        var sessions: [String: [ServerSession]] = [:]
        var readings: [RestoreReading] = []
        var diskUsed: ByteCount?
        var isRunning = true
        var stops = 0
    }

    private let state: Mutex<State>

    /// A running server whose databases hold `restored` unless it is told otherwise.
    package init(
        facts: RestoreServerFacts = MemoryRestoreServer.facts(),
        restored: MemoryRestoredDatabase = MemoryRestoredDatabase()
    ) {
        state = Mutex(State(facts: facts, restored: restored))
    }

    /// A new cluster of version 17 that we may do anything with.
    package static func facts(major: Int = 17, databases: [String] = []) -> RestoreServerFacts {
        RestoreServerFacts(
            versionNumber: major * 10_000 + 6, version: "\(major).6", systemIdentifier: "7500000000000000001",
            inRecovery: false, isSuperuser: true, mayCreateDatabases: true, role: "pgvigil drill",
            databases: ["postgres", "template0", "template1"] + databases,
            roles: ["postgres", "pgvigil drill"], extensions: ["plpgsql": "1.0", "amcheck": "1.4"],
            clients: ClientTools(
                directory: "/usr/lib/postgresql/\(major)/bin", major: major, version: "\(major).6"))
    }

    // MARK: What a test says and sees

    /// What a database holds that nothing else is said of.
    package var restored: MemoryRestoredDatabase {
        get { state.withLock { $0.restored } }
        set { state.withLock { $0.restored = newValue } }
    }

    /// Says what one database holds, and that it is there.
    package func put(_ database: MemoryRestoredDatabase, as name: String) {
        state.withLock { state in
            state.contents[name] = database
            if !state.facts.databases.contains(name) { state.facts.databases.append(name) }
        }
    }

    /// Changes what the server tells of itself.
    package func change(_ change: (inout RestoreServerFacts) -> Void) {
        state.withLock { change(&$0.facts) }
    }

    /// Refuses every statement that holds this text.
    package func refuse(_ part: String, sqlState: String, message: String) {
        state.withLock { $0.refusals.append((part, .refused(sqlState: sqlState, message: message))) }
    }

    /// Makes the next calls of a name (`facts`, `perform`, `content` …) fail, one fault each.
    package func fail(_ call: String, with faults: AnyFault...) {
        state.withLock { $0.mishaps[call, default: []] += faults.map(Mishap.fault) }
    }

    /// Holds the next call of a name up until its task is cancelled.
    package func holdUp(_ call: String) {
        state.withLock { $0.mishaps[call, default: []].append(.holdUp) }
    }

    /// Sets the sessions of others in a database.
    package func put(_ sessions: [ServerSession], in database: String) {
        state.withLock { $0.sessions[database] = sessions }
    }

    /// Sets what ``progress(of:)`` tells, one reading a call, and the last for ever.
    package func put(readings: [RestoreReading], diskUsed: ByteCount? = nil) {
        state.withLock { state in
            state.readings = readings
            state.diskUsed = diskUsed
        }
    }

    /// All statements so far, refused ones too.
    package var performed: [Performed] { state.withLock { $0.performed } }
    /// All calls so far, such as `content shop public.orders`.
    package var calls: [String] { state.withLock { $0.calls } }
    /// Its databases, whether it runs or not.
    package var databases: [String] { state.withLock { $0.facts.databases } }
    package var isRunning: Bool { state.withLock { $0.isRunning } }
    package var stops: Int { state.withLock { $0.stops } }

    func start() { state.withLock { $0.isRunning = true } }

    // MARK: The port

    package func connection(to database: String) -> ConnectionInfo {
        ConnectionInfo(parameters: [
            .init("host", "/memory"), .init("user", state.withLock { $0.facts.role }),
            .init("dbname", database),
        ])
    }

    package func facts() async throws(AnyFault) -> RestoreServerFacts {
        try await enter("facts", nil)
        return state.withLock { $0.facts }
    }

    package func perform(
        _ statements: [String], in database: String
    ) async throws(AnyFault) -> [StatementOutcome] {
        try await enter("perform", database)
        return state.withLock { state in
            statements.map { Self.perform(Performed($0, in: database), &state) }
        }
    }

    package func performTogether(_ statements: [String], in database: String) async throws(AnyFault) {
        try await enter("performTogether", database)
        let outcomes = state.withLock { state in
            var tried = state
            let outcomes = statements.map {
                Self.perform(Performed($0, in: database, together: true), &tried)
            }
            let performed = tried.performed
            if outcomes.allSatisfy({ $0 == .done }) { state = tried }
            state.performed = performed
            return outcomes
        }
        for case .refused(let sqlState, let message) in outcomes {
            throw AnyFault(
                code: "server.refused", summary: "\(message) [\(sqlState)]", remedy: "None.",
                exitStatus: .undetermined)
        }
    }

    package func state(of database: String) async throws(AnyFault) -> RestoredState {
        try await enter("state", database)
        return contents(of: database).state
    }

    package func content(of table: CopySource, in database: String) async throws(AnyFault) -> ContentReading {
        try await enter("content", database, "\(table.schema).\(table.name)")
        return MemoryRestoredDatabase.reading(of: try rows(of: table, in: database))
    }

    package func rowCount(of table: CopySource, in database: String) async throws(AnyFault) -> Int64 {
        try await enter("rowCount", database, "\(table.schema).\(table.name)")
        return Int64(try rows(of: table, in: database).count)
    }

    package func largeObjects(in database: String) async throws(AnyFault) -> ContentReading {
        try await enter("largeObjects", database)
        return MemoryRestoredDatabase.reading(of: contents(of: database).largeObjects)
    }

    package func checkIndexes(in database: String) async throws(AnyFault) -> IndexReport? {
        try await enter("checkIndexes", database)
        return contents(of: database).indexes
    }

    package func ask(
        _ sql: String, in database: String, limit: Duration
    ) async throws(AnyFault) -> QueryAnswer {
        try await enter("ask", database, sql)
        guard let answer = contents(of: database).answers[sql] else {
            throw AnyFault(
                code: "server.refused", summary: "nobody has set an answer to \(sql)", remedy: "Set it.",
                exitStatus: .undetermined)
        }
        return answer
    }

    package func progress(of database: String) async -> RestoreReading? {
        state.withLock { state in
            state.readings.count > 1 ? state.readings.removeFirst() : state.readings.first
        }
    }

    package func sessions(in database: String) async throws(AnyFault) -> [ServerSession] {
        try await enter("sessions", database)
        return state.withLock { $0.sessions[database] ?? [] }
    }

    package func disconnectOthers(from database: String) async throws(AnyFault) {
        try await enter("disconnectOthers", database)
        state.withLock { $0.sessions[database] = [] }
    }

    package func diskUsed() async -> ByteCount? { state.withLock { $0.diskUsed } }

    package func stop() async {
        state.withLock { state in
            state.isRunning = false
            state.stops += 1
        }
    }

    // MARK: Inside

    /// Writes a call down, and lets happen what was planned for it.
    private func enter(_ call: String, _ database: String?, _ about: String? = nil) async throws(AnyFault) {
        let (mishap, isRunning) = state.withLock { state in
            state.calls.append([call, database, about].compactMap { $0 }.joined(separator: " "))
            var left = state.mishaps[call] ?? []
            let mishap = left.isEmpty ? nil : left.removeFirst()
            state.mishaps[call] = left
            return (mishap, state.isRunning)
        }
        switch mishap {
        case .fault(let fault): throw fault
        case .holdUp:
            await ManualClock().sleep(.seconds(1))
            throw AnyFault(
                code: "statement.cancelled", summary: "cancelled", remedy: "None.", exitStatus: .interrupted)
        case nil: break
        }
        guard isRunning else { throw MemoryServer.unreachable("a server that was stopped") }
    }

    private func contents(of database: String) -> MemoryRestoredDatabase {
        state.withLock { $0.contents[database] ?? $0.restored }
    }

    private func rows(of table: CopySource, in database: String) throws(AnyFault) -> [String] {
        guard let rows = contents(of: database).tables["\(table.schema).\(table.name)"] else {
            throw AnyFault(
                code: "statement.missing-object",
                summary: "relation \"\(table.name)\" does not exist [42P01]",
                remedy: "None.", exitStatus: .undetermined)
        }
        return rows
    }

    private static func perform(_ statement: Performed, _ state: inout State) -> StatementOutcome {
        state.performed.append(statement)
        if let refusal = state.refusals.first(where: { statement.sql.contains($0.part) }) {
            return refusal.outcome
        }
        let words = words(of: statement.sql)
        guard words.count >= 3, words[1].uppercased() == "DATABASE" else { return .done }
        switch words[0].uppercased() {
        case "CREATE":
            guard !state.facts.databases.contains(words[2]) else {
                return .refused(sqlState: "42P04", message: "database \"\(words[2])\" already exists")
            }
            state.facts.databases.append(words[2])
        case "DROP":
            let name = words[2].uppercased() == "IF" ? words.last ?? "" : words[2]
            state.facts.databases.removeAll { $0 == name }
            state.contents[name] = nil
        case "ALTER" where words.count == 6 && words[3].uppercased() == "RENAME":
            guard let index = state.facts.databases.firstIndex(of: words[2]) else {
                return .refused(sqlState: "3D000", message: "database \"\(words[2])\" does not exist")
            }
            state.facts.databases[index] = words[5]
            state.contents[words[5]] = state.contents.removeValue(forKey: words[2])
        default: break
        }
        return .done
    }

    /// The words of a statement; a quoted name is one, without its quotes.
    private static func words(of sql: String) -> [String] {
        sql.matches(of: #/"((?:[^"]|"")*)"|[^\s";]+/#).map { match in
            match.1.map { String($0).replacing("\"\"", with: "\"") } ?? String(match.0)
        }
    }
}
