import ArchiveFormat

/// Puts what the blocks came to into the report.
enum DataSummary {
    /// - Parameter outcomes: by the index of the entry; missing where there was no data to decode.
    static func take(
        _ contents: ReadContents, _ outcomes: [Int: BlockOutcome], into report: inout VerificationReport,
        _ findings: inout FindingList
    ) {
        var isChecked = true
        var objects: RowDigest? = RowDigest()
        for (index, entry) in contents.dataEntries.enumerated() {
            guard let outcome = outcomes[index] else { continue }
            if entry.isLargeObjects { objects = outcome.digest.flatMap { objects?.adding($0) } }
            report.decodedBytes += outcome.decoded
            report.largeObjects += outcome.largeObjects
            if entry.isTableData {
                report.tables.append(
                    .init(
                        schema: entry.schema, name: entry.name, rows: outcome.rows, bytes: outcome.decoded,
                        digest: outcome.digest))
            }
            if let finding = outcome.finding { findings.append(finding) }
            isChecked = isChecked && outcome.isChecked
        }
        // A large object whose file or block is missing is in no outcome, only among the findings.
        report.largeObjectsDigest = findings.isDamageFree ? objects : nil
        countObjects(contents, report, &findings)
        noteChecksum(contents, isChecked, report, &findings)
    }

    /// Before 1.16 every large object has an entry of its own, and so their number is known twice.
    private static func countObjects(
        _ contents: ReadContents, _ report: VerificationReport, _ findings: inout FindingList
    ) {
        // Where something else is wrong, that is the reason.
        guard contents.header.version < .relationKinds,
            contents.dataEntries.contains(where: \.isLargeObjects),
            contents.largeObjectEntries != report.largeObjects, findings.isDamageFree
        else { return }
        findings.append(
            .objectsCount, "the large objects",
            "the table of contents has \(contents.largeObjectEntries) large objects, "
                + "and the data \(report.largeObjects)")
    }

    private static func noteChecksum(
        _ contents: ReadContents, _ isChecked: Bool, _ report: VerificationReport,
        _ findings: inout FindingList
    ) {
        guard !contents.dataEntries.isEmpty, !isChecked, !report.comparedWithManifest else { return }
        let codec = contents.header.codec
        let what =
            codec == .none
            ? "the data is not compressed" : "pg_dump writes \(codec.rawValue) without a checksum"
        findings.append(
            .noChecksum, report.path, "\(what), and so nothing in the archive tells whether it is unchanged")
    }
}

extension VerificationReport {
    /// What the header says.
    mutating func take(_ contents: ReadContents) {
        let header = contents.header
        entries = contents.entries
        databaseName = header.databaseName?.display
        serverVersion = header.serverVersion?.display
        dumpVersion = header.dumpVersion?.display
        archiveVersion = header.version.description
        created = header.created.display
        codec = header.codec
    }
}
