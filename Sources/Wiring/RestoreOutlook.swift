import Cron
import Databases
package import Engine
package import Faults
package import FoundationEssentials
package import Jobs
package import Measures
import Verification

/// What a person is shown before a database is replaced.
package struct RestoreOutlook: Sendable {
    /// The database that would be replaced.
    package struct Loss: Sendable {
        package var size: ByteCount
        package var tables: Int
        /// When statistics of it were gathered last: until then at least it was in use.
        package var lastAnalyzed: Date?
        package var sessions: [String]
    }

    private let configuration: LoadedConfiguration
    private let surroundings: Surroundings

    package init(_ configuration: LoadedConfiguration, _ surroundings: Surroundings) {
        self.configuration = configuration
        self.surroundings = surroundings
    }

    /// A reference to a backup as a job has it: a path is an absolute one.
    package func absolute(_ backup: String) -> String {
        guard case .path(let path)? = RestoreReference(backup), !path.hasPrefix("/") else { return backup }
        return "\(surroundings.workingDirectory)/\(path)"
    }

    /// An instant that a person typed; without its distance from UTC it is one of the configuration's zone.
    package func instant(_ text: String) -> Date? {
        guard let read = InstantReader.read(text) else { return nil }
        if read.hasOffset { return read.date }
        // The offset is that of the instant itself, which is known only nearly before.
        let near = read.date.addingTimeInterval(-Double(configuration.zone.offset(at: read.date)))
        return read.date.addingTimeInterval(-Double(configuration.zone.offset(at: near)))
    }

    /// The set that a reference means just now.
    package func set(_ backup: String, at instant: Date?) async throws(AnyFault) -> StoredSet {
        guard let reference = RestoreReference(backup) else { throw RestoreFault.noBackup(of: backup).plain }
        if case .path(let path) = reference { return try await SetArchives().set(at: path) }
        let sets = try await Shelf(configuration, surroundings).listing(of: nil).sets
        return try reference.choose(among: sets, at: instant).set
    }

    /// How long ago that was.
    package func age(of instant: Date) -> Duration {
        let now = surroundings.ambient(stateDirectory: "").wallTime()
        return .seconds(max(0, now.timeIntervalSince(instant)))
    }

    /// What would be lost.
    ///
    /// - Throws: A fault if there is no such target or database.
    package func loss(_ destination: RestoreSpec.Destination) async throws(AnyFault) -> Loss {
        guard var target = configuration.settings.targets.first(where: { $0.name == destination.target })
        else { throw EngineFault.targetUnknown(destination.target).plain }
        let name = destination.database
        target.connection = target.connection.with(database: name == "postgres" ? "template1" : "postgres")
        let servers = RestoreServers(
            base: "\(configuration.settings.stateDirectory)/drills",
            connectLimit: configuration.settings.limits.connectTimeout
        ) { [] }
        let server = try await servers.server(of: target)
        guard try await server.facts().databases.contains(name) else {
            throw RestoreFault.databaseMissing(name).plain
        }
        let sessions = try await server.sessions(in: name)
        func ask(_ sql: String) async throws(AnyFault) -> String? {
            try await server.ask(sql, in: name, limit: .seconds(60)).value
        }
        let size = try await ask(
            "SELECT pg_catalog.pg_database_size(pg_catalog.current_database())::text")
        let tables = try await ask("SELECT pg_catalog.count(*)::text FROM pg_catalog.pg_stat_user_tables")
        let analyzed = try await ask(
            """
            SELECT pg_catalog.max(GREATEST(last_analyze, last_autoanalyze)) AT TIME ZONE 'UTC'
            FROM pg_catalog.pg_stat_user_tables
            """)
        return Loss(
            size: ByteCount(size.flatMap { Int64($0) } ?? 0), tables: tables.flatMap { Int($0) } ?? 0,
            lastAnalyzed: analyzed.flatMap { InstantReader.read($0)?.date }, sessions: sessions.map(\.title))
    }
}
