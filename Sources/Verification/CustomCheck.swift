import ArchiveFormat

/// Verifies an archive in the custom format.
struct CustomCheck: Sendable {
    let file: ArchiveFile
    let pool: WorkPool
    /// Where tables can be decoded from their middle, by the number of the entry.
    var parts: [Int32: [Int64]] = [:]

    /// Reads the table of contents, finds every block, and decodes all of them.
    func run(into report: inout VerificationReport) async {
        report.format = .custom
        report.storedBytes = file.size
        var findings = FindingList()
        do throws(ContentsReader.Problem) {
            let contents = try readContents()
            report.take(contents)
            guard contents.header.layout == .custom else {
                findings.append(
                    .notAnArchive, report.path, "it is the table of contents of a directory or tar archive")
                report.settle(with: findings.all)
                return
            }
            for id in contents.duplicates {
                findings.append(.contentsDuplicate, "the archive", "two entries have the number \(id)")
            }
            if contents.dataEntries.contains(where: \.isPiped) {
                findings.append(.notSeekable, report.path, "it went through a pipe, and has no data offsets")
            }
            let layout = try await layout(contents)
            findings.append(contentsOf: layout.findings.findings)
            let outcomes = await decode(contents, layout)
            DataSummary.take(contents, outcomes, into: &report, &findings)
            if contents.dataEntries.isEmpty, contents.end < file.size {
                findings.append(
                    .contentsLeftOver, "the archive", "bytes follow a table of contents without data",
                    at: contents.end)
            }
        } catch {
            findings.append(error.finding(subject: report.path, file: nil))
        }
        report.settle(with: findings.all)
    }

    private func readContents() throws(ContentsReader.Problem) -> ReadContents {
        let bench = Workbench(meter: ProgressMeter(report: nil), windowLogMax: 10)
        return try ContentsReader(file: file, extent: Extent(start: 0, end: file.size)).read(bench)
    }

    private func layout(_ contents: ReadContents) async throws(ContentsReader.Problem) -> BlockLayout {
        do throws(VerificationFault) {
            if let layout = try BlockLayout.fromOffsets(file, contents) { return layout }
            let bench = Workbench(meter: ProgressMeter(report: nil), windowLogMax: 10)
            return try BlockLayout.fromWalk(file, contents, bench)
        } catch {
            throw .file(error)
        }
    }

    /// Decodes every block that was found, the largest first so that no worker is left with it at the end.
    private func decode(_ contents: ReadContents, _ layout: BlockLayout) async -> [Int: BlockOutcome] {
        let wrapping = contents.header.codec.wrapping(inFile: false)
        let jobs = layout.extents.indices.compactMap { index in layout.extents[index].map { (index, $0) } }
            .sorted { $0.1.count > $1.1.count }
        pool.meter.expect(jobs.reduce(0) { $0 + $1.1.count })
        let file = file
        let divided = await decodeParts(contents, layout)
        let whole = jobs.map { $0.0 }.filter { divided[$0] == nil }
        let outcomes = await BlockRunner(pool: pool, wrappings: [wrapping]).run(whole) { index, bench in
            guard let extent = layout.extents[index] else { return BlockOutcome() }
            var check = CustomBlockCheck(
                file: file, entry: contents.dataEntries[index], extent: extent, wrapping: wrapping)
            return check.run(bench)
        }
        return outcomes.merging(divided) { own, _ in own }
    }

    /// Decodes the tables whose parts are known, part by part; what is not as expected is left to the check of whole blocks.
    private func decodeParts(_ contents: ReadContents, _ layout: BlockLayout) async -> [Int: BlockOutcome] {
        guard contents.header.codec == .zlib, !parts.isEmpty else { return [:] }
        let jobs = contents.dataEntries.enumerated().flatMap { index, entry -> [BlockPart] in
            guard entry.isCopyText, let offsets = parts[entry.id], let extent = layout.extents[index] else {
                return []
            }
            return BlockPart.divide(extent, entry: index, at: offsets)
        }
        let file = file
        let found = await pool.perform(jobs) { part, bench in
            var check = PartCheck(file: file, part: part)
            return check.run(bench)
        }
        var outcomes: [Int: [PartOutcome?]] = [:]
        for (part, outcome) in zip(jobs, found) { outcomes[part.entry, default: []].append(outcome) }
        return outcomes.compactMapValues { BlockOutcome($0) }
    }
}

extension ArchiveCodec {
    /// The stream that this codec makes: in files of their own pg_dump writes gzip, in a custom archive zlib.
    func wrapping(inFile: Bool) -> Workbench.Wrapping {
        switch self {
        case .none: .stored
        case .zlib: inFile ? .gzip : .zlib
        case .lz4: .lz4
        case .zstd: .zstd
        }
    }
}
