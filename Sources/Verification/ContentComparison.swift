import ArchiveFormat

/// Compares what was decoded with what the manifest says was dumped.
enum ContentComparison {
    /// The tables and large objects that are not the same on both sides.
    static func findings(_ manifest: Manifest, _ report: VerificationReport) -> [Finding] {
        var findings = FindingList()
        func note(_ subject: String, _ message: String) { findings.append(.setContent, subject, message) }
        // A set that was only hashed has no tables in its manifest, and nothing to compare with.
        if manifest.verification.level == .decode {
            var expected: [[String]: Manifest.Table] = [:]
            for table in manifest.tables { expected[[table.schema, table.name]] = table }
            for table in report.tables {
                let name = "\(table.schema).\(table.name)"
                guard let known = expected.removeValue(forKey: [table.schema, table.name]) else {
                    note(name, "the archive has \(name), and the manifest does not")
                    continue
                }
                if known.rows != table.rows || known.bytes != table.bytes {
                    note(
                        name,
                        "\(name) has \(table.rows.map(String.init) ?? "unknown") rows in \(table.bytes) bytes, "
                            + "and the manifest \(known.rows.map(String.init) ?? "unknown") in \(known.bytes)"
                    )
                }
            }
            for name in expected.keys.map({ $0.joined(separator: ".") }).sorted() {
                note(name, "the manifest has \(name), and the archive does not")
            }
            if manifest.largeObjects != report.largeObjects {
                note(
                    "the large objects",
                    "there are \(report.largeObjects), and the manifest has \(manifest.largeObjects)")
            }
        }
        if let format = report.format, format != manifest.format {
            note(
                manifest.archive,
                "the archive is in the format \(format.rawValue), and the manifest says \(manifest.format.rawValue)"
            )
        }
        return findings.all
    }
}

extension VerificationReport {
    /// Takes over what an archive of a set holds; its findings are taken separately.
    mutating func takeContent(of archive: VerificationReport) {
        format = archive.format
        tables = archive.tables
        largeObjects = archive.largeObjects
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
