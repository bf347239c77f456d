package import ArchiveFormat

/// Verifies archives of pg_dump: everything is found, read from the disk, decoded and compared.
///
/// Blocks and files are independent, so all processors work on them. What is held beside a report are one
/// window and one decoder for each worker, whatever the size of the archive.
package struct ArchiveVerifier: Sendable {
    private let workers: Int

    /// - Parameter workers: how many blocks are decoded at once; by default as many as there are processors.
    package init(workers: Int? = nil) {
        self.workers = max(1, workers ?? WorkPool.processors)
    }

    /// Verifies the archive at `path`: a file, the folder of a directory archive, or a backup set with a
    /// manifest.
    ///
    /// It never throws: what keeps it from an answer is a finding, and the verdict is then `cannotTell`.
    ///
    /// - Parameters:
    ///   - parts: where large tables of a custom archive can be decoded from their middle; a set's manifest tells
    ///     it, and wrong ones cost time and nothing else.
    ///   - dropCache: whether the files are put out of the page cache first, so that the disk is what is
    ///     checked.
    ///   - progress: called from any thread, every few MiB.
    package func verify(
        path: String, parts: [Manifest.Parts] = [], dropCache: Bool = false,
        progress: (@Sendable (VerificationProgress) -> Void)? = nil
    ) async -> VerificationReport {
        let isSet = ArchiveFile.exists("\(path)/\(Manifest.fileName)")
        if isSet { return await verifySet(directory: path, dropCache: dropCache, progress: progress) }
        return await verifyArchive(
            path, parts: parts, dropCache: dropCache, meter: ProgressMeter(report: progress))
    }

    /// Verifies a backup set: size and SHA-256 of every file as the manifest has them, then the archive and
    /// the globals by decoding, then that the tables are those of the manifest.
    ///
    /// - Parameters:
    ///   - level: `hash` leaves the decoding out.
    ///   - ignored: names in the set's folder that are no part of the backup, such as the note that it is
    ///     held.
    package func verifySet(
        directory: String, level: Manifest.Verification.Level = .decode,
        ignored: Set<String> = Manifest.companions,
        dropCache: Bool = false, progress: (@Sendable (VerificationProgress) -> Void)? = nil
    ) async -> VerificationReport {
        let meter = ProgressMeter(report: progress)
        var report = VerificationReport(path: directory)
        report.comparedWithManifest = true
        let check = SetCheck(
            folder: directory, dropCache: dropCache, pool: WorkPool(workers: workers, meter: meter))
        let manifest: Manifest
        do throws(SetCheck.ReadFailure) {
            manifest = try check.manifest()
        } catch {
            report.settle(with: [error.finding])
            return report
        }
        var findings = await check.compare(manifest, ignored: ignored)
        if level == .decode {
            findings += await decode(manifest, in: directory, meter: meter, into: &report)
        }
        report.settle(with: findings)
        return report
    }

    /// Decodes the archive and the globals of a set; returns what they and the comparison with the manifest
    /// found.
    private func decode(
        _ manifest: Manifest, in directory: String, meter: ProgressMeter,
        into report: inout VerificationReport
    ) async -> [Finding] {
        // The hashes have just been read from the disk, and what they covered is what is decoded now.
        let archive = await verifyArchive(
            "\(directory)/\(manifest.archive)", parts: manifest.parts ?? [], dropCache: false, meter: meter)
        report.takeContent(of: archive)
        var findings = archive.placed(in: manifest.archive)
        for file in manifest.files where file.path == "globals.sql" {
            let globals = await verifyArchive("\(directory)/\(file.path)", dropCache: false, meter: meter)
            findings += globals.placed(in: file.path)
        }
        if archive.verdict == .sound { findings += ContentComparison.findings(manifest, archive) }
        // Whether the archive carries checksums does not matter where a manifest has them.
        return findings.filter { $0.kind != .noChecksum }
    }

    private func verifyArchive(
        _ path: String, parts: [Manifest.Parts] = [], dropCache: Bool, meter: ProgressMeter
    ) async -> VerificationReport {
        var report = VerificationReport(path: path)
        let pool = WorkPool(workers: workers, meter: meter)
        do throws(VerificationFault) {
            if try ArchiveFile.isFolder(path) {
                try await verifyFolder(path, dropCache: dropCache, pool, &report)
            } else {
                let file = try ArchiveFile(path: path, name: path, dropCache: dropCache)
                try await verifyFile(file, parts, pool, &report)
            }
        } catch {
            report.settle(with: [Finding(error, subject: path, file: nil)])
        }
        return report
    }

    private func verifyFolder(
        _ path: String, dropCache: Bool, _ pool: WorkPool, _ report: inout VerificationReport
    ) async throws(VerificationFault) {
        let files = try FolderFiles(folder: path, dropCache: dropCache)
        guard files.names.contains(where: { $0.hasPrefix(FilesCheck.contentsName) }) else {
            let message =
                "the folder has no '\(FilesCheck.contentsName)', and so it is no archive of 'pg_dump -Fd'"
            report.settle(with: [Finding(.notAnArchive, subject: path, message: message)])
            return
        }
        report.format = .directory
        report.storedBytes = files.storedBytes
        await FilesCheck(files: files, pool: pool).run(into: &report, ignored: [])
    }

    private func verifyFile(
        _ file: ArchiveFile, _ parts: [Manifest.Parts], _ pool: WorkPool, _ report: inout VerificationReport
    ) async throws(VerificationFault) {
        switch FileType(head: try file.head(FileType.headBytes)) {
        case .empty:
            report.settle(with: [Finding(.fileEmpty, subject: report.path, message: "the file is empty")])
        case .custom:
            let offsets = Dictionary(parts.map { ($0.entry, $0.offsets) }) { first, _ in first }
            await CustomCheck(file: file, pool: pool, parts: offsets).run(into: &report)
        case .text(let codec):
            await PlainCheck(file: file, pool: pool, codec: codec, name: nil).run(into: &report)
        case .tar:
            let files = try TarFiles(file: file)
            report.format = .tar
            report.storedBytes = file.size
            report.settle(with: files.findings)
            // pg_dump adds a script for people who have no pg_restore; nothing refers to it.
            await FilesCheck(files: files, pool: pool).run(into: &report, ignored: ["restore.sql"])
        }
    }
}
