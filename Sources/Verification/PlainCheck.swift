import ArchiveFormat
import Compression

/// Verifies a plain dump, compressed or not.
struct PlainCheck: Sendable {
    let file: ArchiveFile
    let pool: WorkPool
    let codec: ArchiveCodec
    /// The file for findings, where it is one of several.
    let name: String?

    /// Reads the script from its first line to its last.
    func run(into report: inout VerificationReport) async {
        report.format = .plain
        report.codec = codec
        report.storedBytes = file.size
        let subject = name ?? report.path
        pool.meter.expect(file.size)
        // One stream is one worker's work, and so it may have the largest window at once.
        let results = await pool.perform([subject], windowLogMax: BlockRunner.windowLogs.large) {
            subject, bench in
            read(bench, subject: subject)
        }
        guard let result = results.first else { return }
        if result.script.isDump != true, result.outcome.finding == nil {
            report.format = nil
            report.settle(with: [notADump(result, subject: subject)])
            return
        }
        take(result, into: &report, subject: subject)
    }

    /// What reading came to.
    private struct Result: Sendable {
        var script = ScriptChecker()
        var outcome = BlockOutcome()
        /// The digest of all large objects; nil where not all could be read.
        var objects: RowDigest?
    }

    private func read(_ bench: Workbench, subject: String) -> Result {
        var result = Result()
        var position: Int64 = 0
        do throws(ReadProblem) {
            try decode(bench, &result, &position)
        } catch {
            result.outcome.finding = error.finding(subject: subject, file: name, offset: position)
        }
        return result
    }

    private func decode(_ bench: Workbench, _ result: inout Result, _ position: inout Int64)
        throws(ReadProblem)
    {
        let wrapping = codec.wrapping(inFile: true)
        var reader = ExtentReader(file: file, extent: Extent(start: 0, end: file.size), bench: bench)
        var stream: StreamReader
        do { stream = try StreamReader(wrapping, bench: bench, allowsMembers: true) } catch {
            throw .stream(error)
        }
        let digester: RowDigester
        let objectDigester: LargeObjectDigester
        do {
            digester = try bench.rows()
            objectDigester = try bench.objects()
        } catch {
            throw .stream(.codec(error))
        }
        while true {
            let window: UnsafeRawBufferPointer
            do { window = try reader.window() } catch { throw .file(error) }
            guard !window.isEmpty else { break }
            do {
                try stream.feed(window) {
                    result.script.take($0, digester: digester, objectDigester: objectDigester)
                }
            } catch {
                position = stream.used
                throw .stream(error)
            }
            // What is no dump is not read to its end.
            if result.script.isDump == false { return }
        }
        do {
            try stream.finish(allowsNothing: false)
        } catch {
            position = stream.used
            throw .stream(error)
        }
        result.outcome.decoded = stream.decoded
        result.outcome.isChecked = stream.isChecked
        if result.script.hasAllObjects { result.objects = objectDigester.digest }
    }

    private func notADump(_ result: Result, subject: String) -> Finding {
        // A beginning of the first lines that every dump has is a dump that was cut.
        if result.script.isDump == nil, file.size > 0 {
            return Finding(
                .fileTruncated, subject: subject, file: name, offset: file.size,
                message: "the file ends within the first lines of a dump")
        }
        return Finding(
            .notAnArchive, subject: subject, file: name,
            message: "it begins neither as an archive nor as a plain dump of pg_dump")
    }

    private func take(_ result: Result, into report: inout VerificationReport, subject: String) {
        var script = result.script
        var findings = FindingList()
        let content = script.content
        if let finding = result.outcome.finding {
            findings.append(finding)
        } else {
            for var finding in script.finish(subject: subject) {
                finding.file = name
                findings.append(finding)
            }
            if !result.outcome.isChecked {
                let what =
                    codec == .none
                    ? "the text is not compressed" : "\(codec.rawValue) carries no checksum here"
                findings.append(
                    .noChecksum, subject, "\(what), and so nothing in the file tells whether it is unchanged")
            }
        }
        report.decodedBytes = result.outcome.decoded
        report.tables = script.content.tables
        report.largeObjects = content.largeObjects
        if findings.isDamageFree { report.largeObjectsDigest = result.objects }
        report.serverVersion = content.serverVersion
        report.dumpVersion = content.dumpVersion
        report.settle(with: findings.all)
    }
}
