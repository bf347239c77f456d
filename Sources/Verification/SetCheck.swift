import ArchiveFormat
import Compression

/// Compares the files of a backup set with its manifest: that each is there, its size, and its SHA-256.
struct SetCheck: Sendable {
    let folder: String
    let dropCache: Bool
    let pool: WorkPool

    /// Bytes of a manifest that are read.
    private static let manifestMax = ArchiveLimits.manifestBytesMax
    /// Files in a set that are listed.
    private static let namesMax = 10_000_000

    /// Reads the manifest.
    func manifest() throws(ReadFailure) -> Manifest {
        let bytes: [UInt8]
        do {
            let file = try ArchiveFile(path: "\(folder)/\(Manifest.fileName)", name: Manifest.fileName)
            guard file.size <= Int64(SetCheck.manifestMax) else {
                throw ReadFailure.archive(.manifestMalformed("it has \(file.size) bytes"))
            }
            bytes = try file.bytes(at: 0, count: Int(file.size))
        } catch let failure as ReadFailure {
            throw failure
        } catch let fault as VerificationFault {
            throw .file(fault)
        } catch {
            throw .archive(.manifestMalformed("\(error)"))
        }
        do { return try Manifest.parse(bytes) } catch { throw .archive(error) }
    }

    /// Why there is no manifest.
    enum ReadFailure: Error {
        case archive(ArchiveFault)
        case file(VerificationFault)

        /// The finding that it amounts to.
        var finding: Finding {
            switch self {
            case .archive(let fault): Finding(fault, subject: Manifest.fileName, file: Manifest.fileName)
            case .file(let fault): Finding(fault, subject: Manifest.fileName, file: Manifest.fileName)
            }
        }
    }

    /// Hashes every file of the manifest, the largest first, and looks for files that it does not list.
    ///
    /// - Parameter ignored: names in the set's folder that are no part of the backup.
    func compare(_ manifest: Manifest, ignored: Set<String>) async -> [Finding] {
        let files = manifest.files.sorted { $0.size > $1.size }
        pool.meter.expect(SetCheck.total(files))
        let folder = folder
        let dropCache = dropCache
        let outcomes = await pool.perform(files) { file, bench in
            FileComparison(folder: folder, expected: file, dropCache: dropCache).run(bench)
        }
        var findings = FindingList()
        findings.append(contentsOf: outcomes.compactMap { $0 })
        do {
            for name in try unlisted(manifest, ignored: ignored) {
                findings.append(.setFileUnlisted, name, "the manifest does not list '\(name)'", file: name)
            }
        } catch {
            findings.append(Finding(error, subject: folder, file: nil))
        }
        return findings.all
    }

    /// Bytes of the files. A manifest that was read has no more than fit, and no other may end the program.
    static func total(_ files: [Manifest.File]) -> Int64 {
        files.reduce(0) { total, file in
            let (sum, overflow) = total.addingReportingOverflow(file.size)
            return overflow ? .max : sum
        }
    }

    /// What lies in the set, up to one folder deep, without being in the manifest.
    private func unlisted(_ manifest: Manifest, ignored: Set<String>) throws(VerificationFault) -> [String] {
        let listed = Set(manifest.files.map { $0.path })
        var found: [String] = []
        for name in try ArchiveFile.names(in: folder, max: SetCheck.namesMax) where !ignored.contains(name) {
            guard name.hasSuffix("/") else {
                if name != Manifest.fileName, !listed.contains(name) { found.append(name) }
                continue
            }
            for inner in try ArchiveFile.names(in: "\(folder)/\(name)", max: SetCheck.namesMax)
            where !listed.contains(name + inner) {
                found.append(name + inner)
            }
        }
        return found
    }
}

/// The comparison of one file with what the manifest says.
private struct FileComparison {
    let folder: String
    let expected: Manifest.File
    let dropCache: Bool

    func run(_ bench: Workbench) -> Finding? {
        let path = expected.path
        do throws(VerificationFault) {
            guard ArchiveFile.exists("\(folder)/\(path)") else {
                return Finding(
                    .setFileMissing, subject: path, file: path,
                    message: "the file '\(path)' of the manifest is missing")
            }
            let file = try ArchiveFile(path: "\(folder)/\(path)", name: path, dropCache: dropCache)
            guard file.size == expected.size else {
                return Finding(
                    .setFileSize, subject: path, file: path, offset: min(file.size, expected.size),
                    message: "'\(path)' has \(file.size) bytes, and \(expected.size) were written")
            }
            return try compareHash(file, bench)
        } catch {
            return Finding(error, subject: path, file: path)
        }
    }

    private func compareHash(_ file: ArchiveFile, _ bench: Workbench) throws(VerificationFault) -> Finding? {
        let hasher: SHA256Hasher
        do {
            hasher = try SHA256Hasher()
        } catch {
            return Finding(.unsupported, subject: expected.path, file: expected.path, message: error.summary)
        }
        var reader = ExtentReader(file: file, extent: Extent(start: 0, end: file.size), bench: bench)
        while true {
            let window = try reader.window()
            if window.isEmpty { break }
            hasher.update(window)
        }
        guard hasher.finish() != expected.sha256 else { return nil }
        return Finding(
            .setFileHash, subject: expected.path, file: expected.path,
            message: "the SHA-256 of '\(expected.path)' is not that of what was written")
    }
}
