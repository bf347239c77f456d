import ArchiveFormat
import Faults
import Jobs
import Measures

/// Taking the data.
extension BackupSteps {
    func dump(_ target: Target, _ item: BackupItem, _ before: Work) async throws(AnyFault) -> StepResult {
        guard let archiver = ports.archiver, let compression = ownCompression(item) else {
            return try await dumpByTool(target, item, before)
        }
        do throws(AnyFault) {
            return try await write(target, item, before, with: archiver, compression)
        } catch  where error.code.hasPrefix("archive.") {
            stockReasons[item] = error.summary
            throw EngineFault.streamSurprise(item: "\(item)", why: error.summary).plain
        }
    }

    /// How an archive of ours is compressed; nil where pg_dump writes it.
    private func ownCompression(_ item: BackupItem) -> SegmentCompression? {
        guard stockReasons[item] == nil else { return nil }
        switch spec.segmentCompression {
        case .isal(let level): return .isal(level: level)
        case .zlib(let level): return .zlib(level: level)
        case .none?, .lz4, .zstd, nil: return nil
        }
    }

    // MARK: Archives of ours

    private func write(
        _ target: Target, _ item: BackupItem, _ before: Work, with archiver: any ArchiverPort,
        _ compression: SegmentCompression
    ) async throws(AnyFault) -> StepResult {
        var work = before
        guard let incoming = work.incoming else { throw lost(item) }
        let workers = WorkerChoice.workers(spec.workers, await ports.room())
        var (shared, remark) = try await share(target, item, work, workers: workers.count)
        work.snapshot = shared
        if shared == nil, spec.snapshotCounts {
            work.snapshot = try await ports.server.holdSnapshot(of: target, database: item.database)
        }
        works[item] = work
        let file = try await incoming.makeFile(DumpCommand.archiveName(spec))
        var plain = spec
        plain.compression = .none
        let arguments = DumpCommand.dump(
            plain, connection: target.connection.with(database: item.database), job: run.job,
            client: work.client, directory: incoming.directory, snapshot: work.snapshot?.id)
        let follower = Guarded(DumpFollower(DumpEstimate(work.facts), meter(item)))
        let assembly = try archiver.begin(file, compression: compression, workers: workers.count) { state in
            let current = state.current.map { state.contents.entries[$0] }
            follower.withLock {
                $0.report(
                    state.contents.entries, finished: state.finishedEntries, current: current,
                    bytes: state.bytes)
            }
        }
        let written = try await ArchiveWriting(
            tools: ports.tools, call: toolCall("pg_dump", arguments, work), assembly: assembly,
            shared: shared
        ) { result throws(AnyFault) in
            try BackupSteps.accept(result, tool: "pg_dump", item)
        }.perform()
        shared = nil
        if !written.remark.isEmpty { remark = written.remark }
        work.tally = written.tally
        work.warnings += written.result.warnings
        if !spec.snapshotCounts {
            await work.snapshot?.release()
            work.snapshot = nil
        }
        works[item] = work
        let how = Self.describe(spec.compression, workers, written, remark)
        return StepResult(
            event: .done,
            detail: [how, warned(written.result)].filter { !$0.isEmpty }.joined(separator: "; "),
            bytes: file.size)
    }

    /// One state over several connections, where the job or the size of the database asks for it.
    ///
    /// - Returns: And why there are none, although there might have been.
    private func share(
        _ target: Target, _ item: BackupItem, _ work: Work, workers: Int
    ) async throws(AnyFault) -> ((any SharedSnapshot)?, String) {
        let size = work.facts.tables.reduce(ByteCount.zero) { $0 + ByteCount($1.bytes) }
        let count = WorkerChoice.connections(spec.connections, size: size, workers: workers)
        guard count > 1 else { return (nil, "") }
        do throws(AnyFault) {
            return (
                try await ports.server.shareSnapshot(
                    of: target, database: item.database, connections: count), ""
            )
        } catch {
            try stopIfCancelled()
            // Where the job asks for them it gets them or the reason; where nobody asked, one will do.
            guard case .automatic = spec.connections else { throw error }
            return (nil, error.summary)
        }
    }

    private static func describe(
        _ compression: BackupSpec.Compression, _ workers: WorkerChoice.Choice,
        _ written: ArchiveWriting.Written, _ remark: String
    ) -> String {
        let connections = TextLines.count(written.connections, "connection")
        let why = remark.isEmpty ? "" : " (\(remark))"
        return "\(compression), \(TextLines.count(workers.count, "worker")), \(connections)\(why)"
    }

    // MARK: Archives of pg_dump's

    private func dumpByTool(
        _ target: Target, _ item: BackupItem, _ before: Work
    ) async throws(AnyFault) -> StepResult {
        var work = before
        guard let incoming = work.incoming else { throw lost(item) }
        let name = DumpCommand.archiveName(spec)
        if spec.snapshotCounts {
            work.snapshot = try await ports.server.holdSnapshot(of: target, database: item.database)
            works[item] = work
        }
        let workers = spec.format == .directory ? WorkerChoice.workers(spec.workers, await ports.room()) : nil
        let arguments = DumpCommand.dump(
            spec, connection: target.connection.with(database: item.database), job: run.job,
            client: work.client, workers: workers?.count ?? 1,
            directory: "\(incoming.directory)/\(name)", snapshot: work.snapshot?.id)
        let (result, size) = try await take(
            toolCall("pg_dump", arguments, work), into: name, of: incoming, item, work)
        work.warnings += result.warnings
        let stock = stockReasons[item].map { "written by pg_dump itself, since \($0)" }
        if let stock { work.warnings.append(stock) }
        works[item] = work
        return StepResult(
            event: .done, detail: [stock, warned(result)].compactMap { $0 }.joined(separator: "; "),
            bytes: size)
    }

    /// Runs pg_dump, and takes what it writes to its standard output into a file.
    ///
    /// - Returns: And the size of the file; nil for a folder, which pg_dump writes itself.
    private func take(
        _ call: ToolCall, into name: String, of incoming: any IncomingSet, _ item: BackupItem, _ work: Work
    ) async throws(AnyFault) -> (ToolResult, ByteCount?) {
        var size: ByteCount?
        let result: ToolResult
        switch spec.format {
        case .custom:
            let file = try await incoming.makeFile(name)
            let intake = ArchiveIntake(file: file, estimate: DumpEstimate(work.facts), meter: meter(item))
            result = try await ports.tools.run(call, output: .sink(intake))
            try BackupSteps.accept(result, tool: "pg_dump", item)
            try intake.finish()
            size = file.size
        case .plain:
            let file = try await incoming.makeFile(name)
            result = try await ports.tools.run(
                call, output: .sink(MeteredFile(file: file, meter: meter(item))))
            try BackupSteps.accept(result, tool: "pg_dump", item)
            try file.finish()
            size = file.size
        case .directory:
            result = try await ports.tools.run(call, output: .discard)
            try BackupSteps.accept(result, tool: "pg_dump", item)
        }
        return (result, size)
    }

    private func meter(_ item: BackupItem) -> ProgressMeter {
        let observer = ports.observer
        return ProgressMeter(uptime: ports.ambient.uptime) { progress, elapsed in
            observer.observe(.dumping(item, progress, elapsed: elapsed))
        }
    }

    private func warned(_ result: ToolResult) -> String {
        result.warnings.isEmpty ? "" : "\(result.warnings.count) warnings: \(result.warnings[0])"
    }
}
