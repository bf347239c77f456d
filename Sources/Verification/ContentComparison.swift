import ArchiveFormat

/// Compares what was decoded with what the manifest says was dumped.
struct ContentComparison {
    private var findings = FindingList()

    /// The tables and large objects that are not the same on both sides.
    static func findings(_ manifest: Manifest, _ report: VerificationReport) -> [Finding] {
        var comparison = ContentComparison()
        if let format = report.format, format != manifest.format {
            let expected = manifest.format.rawValue
            comparison.note(
                manifest.archive, "the archive is \(format.rawValue), and the manifest says \(expected)")
        }
        // A set that was only hashed has no tables in its manifest, and nothing to compare with.
        if manifest.verification.level == .decode {
            comparison.compareTables(manifest.tables, report.tables)
            if manifest.largeObjects != report.largeObjects {
                let (found, expected) = (report.largeObjects, manifest.largeObjects)
                comparison.note("the large objects", "there are \(found), and the manifest has \(expected)")
            } else if let found = report.largeObjectsDigest, let expected = manifest.largeObjectsDigest,
                found != expected
            {
                comparison.note(
                    "the large objects",
                    "they have the digest \(found), and the manifest has \(expected): their content is another"
                )
            }
        }
        return comparison.findings.all
    }

    private mutating func compareTables(
        _ known: [Manifest.Table], _ tables: [VerificationReport.TableContent]
    ) {
        var expected: [[String]: Manifest.Table] = [:]
        for table in known { expected[[table.schema, table.name]] = table }
        for table in tables {
            let name = "\(table.schema).\(table.name)"
            guard let known = expected.removeValue(forKey: [table.schema, table.name]) else {
                note(name, "the archive has \(name), and the manifest does not")
                continue
            }
            if known.rows != table.rows || known.bytes != table.bytes {
                let (found, dumped) = (text(table.rows, table.bytes), text(known.rows, known.bytes))
                note(name, "\(name) has \(found), and the manifest \(dumped)")
            } else if let found = table.digest, let dumped = known.digest, found != dumped {
                note(name, "the rows of \(name) have the digest \(found), and the manifest has \(dumped)")
            }
        }
        for name in expected.keys.map({ $0.joined(separator: ".") }).sorted() {
            note(name, "the manifest has \(name), and the archive does not")
        }
    }

    private func text(_ rows: Int64?, _ bytes: Int64) -> String {
        "\(rows.map { "\($0) rows" } ?? "rows nobody counted") in \(bytes) bytes"
    }

    private mutating func note(_ subject: String, _ message: String) {
        findings.append(.setContent, subject, message)
    }
}

extension VerificationReport {
    /// Takes over what an archive of a set holds; its findings are taken separately.
    mutating func takeContent(of archive: VerificationReport) {
        format = archive.format
        tables = archive.tables
        largeObjects = archive.largeObjects
        largeObjectsDigest = archive.largeObjectsDigest
        entries = archive.entries
        storedBytes = archive.storedBytes
        decodedBytes = archive.decodedBytes
        databaseName = archive.databaseName
        serverVersion = archive.serverVersion
        dumpVersion = archive.dumpVersion
        archiveVersion = archive.archiveVersion
        created = archive.created
        codec = archive.codec
    }

    /// All findings and notes, with their file named as the set names it.
    func placed(in path: String) -> [Finding] {
        (findings + notes).map { finding in
            var placed = finding
            placed.file = finding.file.map { "\(path)/\($0)" } ?? path
            if placed.subject == self.path { placed.subject = path }
            return placed
        }
    }
}
