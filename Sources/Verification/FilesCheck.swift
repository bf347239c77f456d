import ArchiveFormat

/// Verifies an archive whose data is in files of its own: the directory and the tar format.
///
/// Every file that the table of contents and the lists of large objects name must be there and decode, and
/// every file that is there must be named exactly once.
struct FilesCheck: Sendable {
    let files: any FileSet
    let pool: WorkPool

    /// The name of the table of contents.
    static let contentsName = "toc.dat"

    /// One data file to decode.
    private struct Job: Sendable {
        var entry: Int
        var data: DataFile
        var subject: String
        /// The number of the large object that it is.
        var object: UInt32?
    }

    /// What is to be decoded, and the names that are accounted for.
    private struct Plan {
        var jobs: [Job] = []
        var used: Set<String> = []
        var findings = FindingList()
    }

    /// Reads the table of contents and decodes every file.
    ///
    /// - Parameter ignored: names that may lie beside the archive's files.
    func run(into report: inout VerificationReport, ignored: Set<String>) async {
        var plan = Plan()
        do throws(ContentsReader.Problem) {
            let contents = try readContents(report, &plan)
            guard let contents else {
                report.settle(with: plan.findings.all)
                return
            }
            report.take(contents)
            for (index, entry) in contents.dataEntries.enumerated() {
                try addJobs(contents, index, entry, &plan)
            }
            for name in files.names where !plan.used.contains(name) && !ignored.contains(name) {
                plan.findings.append(
                    .fileUnlisted, name, "the table of contents does not name '\(name)'", file: name)
            }
            let outcomes = await decode(contents, plan)
            DataSummary.take(contents, outcomes, into: &report, &plan.findings)
        } catch {
            plan.findings.append(error.finding(subject: report.path, file: FilesCheck.contentsName))
        }
        report.settle(with: plan.findings.all)
    }

    private func readContents(
        _ report: VerificationReport, _ plan: inout Plan
    ) throws(ContentsReader.Problem) -> ReadContents? {
        let name = FilesCheck.contentsName
        guard let data = files.find(name) else {
            plan.findings.append(
                .fileMissing, name, "\(files.place) has no table of contents '\(name)'", file: name)
            return nil
        }
        guard data.wrapping == .stored else {
            plan.findings.append(
                .unsupported, data.name,
                "the table of contents is compressed: decompress '\(data.name)' first",
                file: data.name)
            return nil
        }
        plan.used.insert(data.name)
        let bench = Workbench(meter: ProgressMeter(report: nil), windowLogMax: 10)
        let contents = try ContentsReader(file: open(data), extent: data.extent).read(bench)
        guard contents.header.layout == .tar else {
            plan.findings.append(
                .contentsMalformed, name, "the table of contents is not one of a directory or tar archive",
                file: name)
            return nil
        }
        if contents.end < data.extent.end {
            plan.findings.append(
                .contentsLeftOver, name, "bytes follow the last entry of the table of contents", file: name,
                at: contents.end - data.extent.start)
        }
        for id in contents.duplicates {
            plan.findings.append(.contentsDuplicate, name, "two entries have the number \(id)", file: name)
        }
        return contents
    }

    private func open(_ data: DataFile) throws(ContentsReader.Problem) -> ArchiveFile {
        do { return try data.open() } catch { throw .file(error) }
    }

    private func addJobs(
        _ contents: ReadContents, _ index: Int, _ entry: DataEntry, _ plan: inout Plan
    ) throws(ContentsReader.Problem) {
        guard case .file(let text) = entry.location, let text else { return }
        guard let name = fileName(entry, text, contents.header.version) else {
            plan.findings.append(
                .contentsMalformed, entry.qualifiedName,
                "'\(text.display)' is no name that pg_dump gives a data file",
                file: FilesCheck.contentsName)
            return
        }
        guard let data = use(name, subject: entry.qualifiedName, &plan) else { return }
        if entry.isLargeObjects {
            try addLargeObjects(data, index, &plan)
        } else {
            plan.jobs.append(
                Job(entry: index, data: data, subject: entry.qualifiedName, object: nil))
        }
    }

    /// The name of an entry's file.
    ///
    /// Before 1.16 the only list of large objects is `blobs.toc`, whatever the entry says; since then the
    /// entry of a tar archive names a data file that is never written, and the list is called by the entry's
    /// number (`_LoadLOs` in pg_backup_directory.c, `_StartLOs` in pg_backup_tar.c).
    private func fileName(_ entry: DataEntry, _ text: ArchiveText, _ version: ArchiveVersion) -> String? {
        guard entry.isLargeObjects else { return DataFileName.parse(text.bytes) }
        return version < .relationKinds ? "blobs.toc" : "blobs_\(entry.id).toc"
    }

    /// Finds a file, and notes that it is named; a finding and nil when it is not there or named before.
    private func use(_ name: String, subject: String, _ plan: inout Plan) -> DataFile? {
        guard let data = files.find(name) else {
            plan.findings.append(.fileMissing, subject, "\(files.place) has no file '\(name)'", file: name)
            return nil
        }
        guard plan.used.insert(data.name).inserted else {
            plan.findings.append(
                .fileTwice, subject, "the file '\(data.name)' is named twice", file: data.name)
            return nil
        }
        return data
    }

    private func addLargeObjects(
        _ list: DataFile, _ index: Int, _ plan: inout Plan
    ) throws(ContentsReader.Problem) {
        guard list.wrapping == .stored else {
            plan.findings.append(
                .unsupported, list.name,
                "the list of large objects is compressed: decompress '\(list.name)' first",
                file: list.name)
            return
        }
        let bench = Workbench(meter: ProgressMeter(report: nil), windowLogMax: 10)
        var reader = ExtentReader(file: try open(list), extent: list.extent, bench: bench)
        var objects = LargeObjectList()
        while true {
            let window: UnsafeRawBufferPointer
            do { window = try reader.window() } catch { throw .file(error) }
            do throws(ArchiveFault) {
                if window.isEmpty { try objects.finish() } else { try objects.take(window) }
            } catch {
                let what = Finding(error, subject: list.name)
                plan.findings.append(
                    .objectsMalformed, "the large objects", what.message, file: list.name, at: what.offset)
                return
            }
            for item in objects.takeItems() {
                let subject = "large object \(item.oid)"
                guard let data = use(item.file, subject: subject, &plan) else { continue }
                plan.jobs.append(Job(entry: index, data: data, subject: subject, object: item.oid))
            }
            if window.isEmpty { return }
        }
    }

    /// Decodes every file, the largest first, and adds up what belongs to one entry.
    private func decode(_ contents: ReadContents, _ plan: Plan) async -> [Int: BlockOutcome] {
        let order = plan.jobs.indices.sorted {
            plan.jobs[$0].data.extent.count > plan.jobs[$1].data.extent.count
        }
        pool.meter.expect(plan.jobs.reduce(0) { $0 + $1.data.extent.count })
        let jobs = plan.jobs
        let runner = BlockRunner(pool: pool, wrappings: Set(jobs.map { $0.data.wrapping }))
        let outcomes = await runner.run(order) { index, bench in
            let job = jobs[index]
            return DataFileCheck(
                data: job.data, subject: job.subject,
                isCopyText: contents.dataEntries[job.entry].isCopyText && job.object == nil,
                object: job.object
            ).run(bench)
        }
        var sums: [Int: BlockOutcome] = [:]
        for (index, job) in jobs.enumerated() {
            guard let outcome = outcomes[index] else { continue }
            sums[job.entry] = sums[job.entry]?.adding(outcome) ?? outcome
        }
        return sums
    }
}

extension BlockOutcome {
    /// Both outcomes of two files of the same entry, which are large objects; the first finding stays.
    fileprivate func adding(_ other: BlockOutcome) -> BlockOutcome {
        var sum = self
        sum.digest = other.digest.flatMap { digest?.adding($0) }
        sum.decoded += other.decoded
        sum.largeObjects += other.largeObjects
        sum.isChecked = isChecked && other.isChecked
        sum.finding = finding ?? other.finding
        return sum
    }
}
