import ArchiveFormat
import Faults
import FoundationEssentials
import Jobs
import Measures

/// The way of a set into its server.
extension DrillSteps {
    /// A restored database takes so much more than the one that was saved, at its largest: the log, and sorting.
    private static let roomFactor = 1.3
    /// PostgreSQL gets a quarter of the machine's memory unless the job says something else, and at least this.
    private static let memoryMin = ByteCount(256 << 20)

    func checkSet(_ index: Int) async throws(AnyFault) -> SeriesReport {
        let (item, set) = (works[index].item, works[index].set)
        let report = await ports.archives.verify(
            set, of: item, level: .decode, ambient: ports.ambient, observer: ports.observer)
        let finding = report.firstFinding
        switch report.verdict {
        case .damaged:
            // Retention must not count on it any longer, whatever becomes of this drill; a store that takes no mark makes
            // it no less damaged, and the drill's record has it.
            _ = try? await store.mark(set, damaged: finding)
            throw RestoreFault.setDamaged(item: "\(item)", finding: finding).plain
        case .cannotTell: throw RestoreFault.setUndecided(item: "\(item)", finding: finding).plain
        case .sound: break
        }
        works[index].verified = report
        works[index].contents = try await ports.archives.contents(of: set)
        works[index].globals = try await ports.archives.globals(of: set).map(GlobalsScript.parse)
        works[index].lines.append(
            DrillLine(
                .manifest, "\(set.manifest.files.count) files, \(ByteCount(set.manifest.size))",
                found: "as in the manifest", state: .ok, count: set.manifest.files.count))
        return SeriesReport(
            .done, detail: "\(report.tables.count) tables", bytes: ByteCount(set.manifest.size))
    }

    func startServer(_ index: Int) async throws(AnyFault) -> SeriesReport {
        let manifest = works[index].set.manifest
        let item = works[index].item
        works[index].recoveryBegan = ports.ambient.uptime()
        let room = try await ports.server.room()
        works[index].workers = spec.workers ?? room.cores
        let server: any RestoreServer
        switch spec.location {
        case .throwaway:
            let need = ByteCount(Int64(Double(manifest.database.size) * Self.roomFactor))
            if let bound = spec.diskMax, need > bound {
                throw RestoreFault.boundTooLow(item: "\(item)", need: need, bound: bound).plain
            }
            guard need <= room.freeSpace else {
                throw RestoreFault.noRoom(need: need, free: room.freeSpace, place: "the state directory")
                    .plain
            }
            let memory = spec.memoryMax ?? max(Self.memoryMin, ByteCount(room.memory.bytes / 4))
            works[index].memory = memory
            server = try await ports.server.startThrowaway(
                ThrowawayWish(
                    major: manifest.serverMajor,
                    bootstrapRole: works[index].globals?.bootstrapRole ?? "postgres", memory: memory,
                    workers: works[index].workers, savedRoles: Set(works[index].globals?.roles ?? [])))
        case .target: server = try await ports.server.server(of: destination())
        }
        works[index].server = server
        let facts = try await server.facts()
        works[index].facts = facts
        let missing = manifest.extensions.map(\.name).filter { facts.extensions[$0] == nil }
        guard missing.isEmpty else {
            throw RestoreFault.serverLacks(item: "\(item)", what: missing.map { "extension \($0)" }).plain
        }
        let scratch = try await store.beginIncoming(
            run: run.id, target: item.target, database: item.database)
        works[index].scratch = scratch
        works[index].restoration = Restoration(
            set: works[index].set, item: item, server: server, database: database(index),
            clients: try await clients(facts), workers: works[index].workers, selection: .init(),
            scratch: scratch,
            environment: try await Restoration.environment(
                for: server.connection(to: database(index)), in: scratch), ports: ports)
        return SeriesReport(
            .done, detail: "PostgreSQL \(facts.version), \(works[index].workers) connections")
    }

    func replayGlobals(_ index: Int) async throws(AnyFault) -> SeriesReport {
        guard case .throwaway = spec.location else {
            works[index].lines.append(
                .note(.globals, "roles", "the server has its own; they are neither made nor compared"))
            return SeriesReport(.done, detail: "the server has its own roles")
        }
        guard let script = works[index].globals, let server = works[index].server else {
            works[index].lines.append(.note(.globals, "roles", "the set holds none"))
            return SeriesReport(.done, detail: "the set holds none")
        }
        let bootstrap = script.bootstrapRole
        let plan = script.plan(.throwaway(bootstrapRole: bootstrap))
        let outcomes = try await server.perform(plan.statements.map(\.sql), in: maintenanceDatabase)
        let lines = GlobalsScript.lines(plan, outcomes, bootstrapRole: bootstrap, isDrill: true)
        works[index].lines += lines
        return SeriesReport(.done, detail: "\(plan.statements.count) statements")
    }

    func create(_ index: Int) async throws(AnyFault) -> SeriesReport {
        let (server, facts) = try running(index)
        let item = works[index].item
        let saved = works[index].set.manifest.database
        // On a server that has not got the owner, the database is ours.
        let mayOwn = isThrowaway || facts.roles.contains(saved.owner)
        let statements = DatabaseStatements(database: saved, name: database(index), major: facts.major)
        let create: String
        switch statements.create(owner: mayOwn ? nil : facts.role) {
        case .statement(let sql): create = sql
        case .impossible(let why): throw RestoreFault.serverLacks(item: "\(item)", what: [why]).plain
        }
        // initdb has made one of that name: the saved one takes its place.
        let drop = isThrowaway ? ["DROP DATABASE IF EXISTS \(Identifier.quoted(database(index)))"] : []
        let outcome = try await server.perform(drop + [create], in: maintenanceDatabase)
        if case .refused(_, let message)? = outcome.last {
            throw RestoreFault.serverLacks(item: "\(item)", what: [message]).plain
        }
        works[index].madeDatabase = true
        return SeriesReport(.done, detail: database(index))
    }

    func restore(_ index: Int) async throws(AnyFault) -> SeriesReport {
        let (server, _) = try running(index)
        guard let restoration = works[index].restoration else { throw lost(index) }
        let troubles = RestoreTrouble.parse(try await restoration.restore(bound: spec.diskMax))
        let lacking = troubles.filter { $0.meaning == .couldNotVerify }
        guard lacking.isEmpty else {
            throw RestoreFault.serverLacks(
                item: "\(works[index].item)", what: lacking.map { "\($0.object): \($0.message)" }
            ).plain
        }
        works[index].lines += troubles.map(\.line)
        if troubles.isEmpty {
            let entries = works[index].contents?.entries.count ?? 1
            works[index].lines.append(
                DrillLine(
                    .restore, "\(entries) entries", found: "without an error", state: .ok, count: entries))
        }
        if isThrowaway { try await applyProperties(index, server) }
        let first = troubles.first.map { "\(troubles.count) errors, the first: \($0.object): \($0.message)" }
        return SeriesReport(.done, detail: first ?? "")
    }

    /// The database's own rights and settings, which pg_restore brings back with `--create` only.
    private func applyProperties(_ index: Int, _ server: any RestoreServer) async throws(AnyFault) {
        let statements = DatabaseStatements(
            database: works[index].set.manifest.database, name: database(index),
            major: works[index].facts?.major ?? 0)
        let properties =
            works[index].contents.map(statements.properties) ?? statements.propertiesFromManifest()
        let outcomes = try await server.perform(properties.statements, in: maintenanceDatabase)
        for (statement, outcome) in zip(properties.statements, outcomes) {
            guard case .refused(_, let message) = outcome else { continue }
            works[index].lines.append(DrillLine(.settings, statement, found: message, state: .broken))
        }
        works[index].lines += properties.notes.map { .note(.settings, "database", $0) }
    }

    func analyze(_ index: Int) async throws(AnyFault) -> SeriesReport {
        guard let restoration = works[index].restoration else { throw lost(index) }
        try await restoration.analyze()
        if let began = works[index].recoveryBegan {
            works[index].recovery = ports.ambient.uptime() - began
        }
        let used = await works[index].server?.diskUsed()
        works[index].diskUsed = used
        // One that was too quick to be watched has taken as much as one that was not.
        if let used, let bound = spec.diskMax, used > bound {
            throw RestoreFault.overBound(item: "\(works[index].item)", used: used, bound: bound).plain
        }
        return SeriesReport(.done, bytes: used)
    }

    var isThrowaway: Bool { spec.location == .throwaway }

    /// In a throwaway cluster it has its own name; elsewhere one that tells whose it is.
    func database(_ index: Int) -> String {
        isThrowaway
            ? works[index].item.database : "\(Self.prefix(of: run.id))_\(works[index].ordinal)"
    }

    func running(_ index: Int) throws(AnyFault) -> (any RestoreServer, RestoreServerFacts) {
        guard let server = works[index].server, let facts = works[index].facts else { throw lost(index) }
        return (server, facts)
    }

    func lost(_ index: Int) -> AnyFault {
        EngineFault.surprise(item: "\(works[index].item)", summary: "its server is gone").plain
    }

    private func clients(_ facts: RestoreServerFacts) async throws(AnyFault) -> ClientTools {
        if let own = facts.clients { return own }
        return try RestoreClients.choose(
            among: await ports.tools.clients(), server: facts.major)
    }
}
