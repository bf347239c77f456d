import ArchiveFormat
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy

/// From the bytes on the disk to a published set.
extension BackupSteps {
    func check(_ item: BackupItem, _ before: Work) async throws(AnyFault) -> StepResult {
        var work = before
        guard let incoming = work.incoming else { throw lost(item) }
        work.files = try await incoming.readBack()
        try stopIfCancelled()
        let archive = DumpCommand.archiveName(spec)
        guard work.files.contains(where: { $0.path == archive || $0.path.hasPrefix("\(archive)/") }) else {
            throw EngineFault.archiveDamaged(item: "\(item)", finding: "\(archive) is not there").plain
        }
        let size = work.files.reduce(ByteCount.zero) { $0 + ByteCount($1.size) }
        var detail = "\(work.files.count) files hashed"
        // What was counted at the source is compared with what decoding counts.
        if spec.verify == .decode || spec.snapshotCounts {
            let report = await decode(
                "\(incoming.directory)/\(archive)", work.tally?.parts ?? [], item)
            try stopIfCancelled()
            let finding =
                report.findings.first.map { "\($0.subject): \($0.message)" } ?? "nothing was found in it"
            switch report.verdict {
            case .sound: break
            case .damaged: throw EngineFault.archiveDamaged(item: "\(item)", finding: finding).plain
            case .cannotTell:
                let fault = EngineFault.archiveUndecided(item: "\(item)", finding: finding).plain
                return StepResult(event: .undecided(fault), detail: fault.summary)
            }
            let rows = report.tables.reduce(Int64(0)) { $0 + ($1.rows ?? 0) }
            detail = "\(report.tables.count) tables, \(Decimals.grouped(rows)) rows read back and decoded"
            work.report = report
            try compare(report, with: work.tally, item)
            if let snapshot = work.snapshot {
                try await compare(report, with: snapshot, item)
                work.sourceCounts = true
                detail += ", as many as at the source"
                await snapshot.release()
                work.snapshot = nil
            }
        }
        works[item] = work
        return StepResult(event: .done, detail: detail, bytes: size)
    }

    private func decode(
        _ path: String, _ parts: [Manifest.Parts], _ item: BackupItem
    ) async -> VerificationReport {
        let (observer, uptime, begun) = (
            ports.observer, ports.ambient.uptime, ports.ambient.uptime()
        )
        return await ports.verifier.verify(path: path, parts: parts) { done, total in
            observer.observe(
                .checking(item, bytes: ByteCount(done), of: ByteCount(total), elapsed: uptime() - begun))
        }
    }

    /// What the manifest says of the compression: a job's `isal` is zlib where pg_dump had to write the archive.
    private func compression(_ item: BackupItem) -> String {
        if case .isal = spec.compression, works[item]?.tally == nil { return "zlib:6" }
        return "\(spec.compression)"
    }

    /// Compares what was read back with what was written, row by row.
    ///
    /// - Throws: ``EngineFault/archiveDamaged(item:finding:)``.
    private func compare(
        _ report: VerificationReport, with tally: ArchiveTally?, _ item: BackupItem
    ) throws(AnyFault) {
        guard let tally else { return }
        let read = report.tables.map {
            Manifest.Table(
                schema: $0.schema, name: $0.name, rows: $0.rows, bytes: $0.bytes, digest: $0.digest)
        }
        func key(_ table: Manifest.Table) -> String { "\(table.schema).\(table.name)" }
        let written = Dictionary(tally.tables.map { (key($0), $0) }) { first, _ in first }
        let other = read.first { written[key($0)] != $0 }
        guard let other else {
            guard read.count == tally.tables.count, report.largeObjectsDigest == tally.largeObjectsDigest
            else {
                throw EngineFault.archiveDamaged(
                    item: "\(item)", finding: "other tables or large objects were read back than written"
                ).plain
            }
            return
        }
        throw EngineFault.archiveDamaged(
            item: "\(item)", finding: "\(key(other)): other rows were read back than were written"
        ).plain
    }

    /// Counts each table of the archive in the state that was dumped.
    ///
    /// - Throws: ``EngineFault/rowsDiffer(item:table:source:archive:others:)``.
    private func compare(
        _ report: VerificationReport, with snapshot: any HeldSnapshot, _ item: BackupItem
    ) async throws(AnyFault) {
        var differences: [(table: String, source: Int64, archive: Int64)] = []
        for table in report.tables {
            try stopIfCancelled()
            let name = "\(table.schema).\(table.name)"
            guard let archived = table.rows else {
                throw EngineFault.archiveUndecided(
                    item: "\(item)", finding: "\(name): its rows are not counted"
                )
                .plain
            }
            let source = try await snapshot.count(schema: table.schema, table: table.name)
            if source != archived { differences.append((name, source, archived)) }
        }
        guard let first = differences.first else { return }
        throw EngineFault.rowsDiffer(
            item: "\(item)", table: first.table, source: first.source, archive: first.archive,
            others: differences.count - 1
        ).plain
    }

    func publish(_ item: BackupItem, _ before: Work) async throws(AnyFault) -> StepResult {
        var work = before
        guard let incoming = work.incoming else { throw lost(item) }
        // Only a run that is not ours any more is interrupted here.
        try stopIfCancelled()
        let manifest = ManifestBuilder(
            run: run, spec: spec, item: item, facts: work.facts, server: work.server, client: work.client,
            id: ports.ambient.makeID(), started: work.started, finished: ports.ambient.wallTime(),
            globals: work.globals, compression: compression(item),
            warnings: work.warnings, files: work.files, report: work.report, tally: work.tally,
            sourceCounts: work.sourceCounts
        ).manifest
        let stored = try await incoming.publish(manifest, at: work.started)
        work.stored = stored
        work.incoming = nil
        works[item] = work
        return StepResult(event: .done, detail: stored.path)
    }

    func record(_ item: BackupItem, _ work: Work) async throws(AnyFault) -> StepResult {
        guard let stored = work.stored else { throw lost(item) }
        await book.record(BackupRecord(stored))
        return StepResult(event: .done, detail: await book.missing == nil ? "" : "kept in the journal")
    }

    func prune(_ item: BackupItem) async throws(AnyFault) -> StepResult {
        let listing = try await ports.store.sets()
        let plan = PrunePlan(
            sets: listing.sets, target: item.target, database: item.database, job: run.job, keep: spec.keep,
            now: ports.ambient.wallTime(), offset: ports.zoneOffset)
        let failures = await Pruning(store: ports.store, book: book, ambient: ports.ambient).perform(plan)
        if let first = failures.first { throw first }
        let missing = await book.missing
        let waits = missing != nil && !plan.removed.isEmpty
        let detail = "\(plan.kept.count) kept, \(plan.removed.count) removed"
        return StepResult(event: .done, detail: detail + (waits ? ", kept in the journal" : ""))
    }
}
