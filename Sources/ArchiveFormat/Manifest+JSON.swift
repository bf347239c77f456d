import FoundationEssentials

extension Manifest {
    /// The only version there is.
    package static let version = 1
    /// The file's name in a set.
    package static let fileName = "manifest.json"

    /// What may lie in a set beside the files of the manifest: the notes that the set is held, and that it was
    /// found damaged, their drafts, and the draft of a manifest that takes a proof.
    package static let companions: Set<String> = [
        "HOLD", ".HOLD", "DAMAGED", ".DAMAGED", ".manifest.json",
    ]

    /// The text of `manifest.json`: sorted keys, two spaces, instants in UTC to the millisecond, a line break
    /// at the end.
    ///
    /// - Throws: ``ArchiveFault/manifestMalformed(_:)`` for values that a manifest cannot hold.
    package func render() throws(ArchiveFault) -> String {
        try check()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .manifest
        do {
            return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        } catch {
            throw .manifestMalformed("it cannot be written: \(error)")
        }
    }

    /// Reads the bytes of a `manifest.json`. Keys that are not known here are passed over, so that a later
    /// program can add some without a new version.
    ///
    /// - Throws: ``ArchiveFault/manifestMalformed(_:)``, ``ArchiveFault/manifestVersion(_:)``.
    package static func parse(_ bytes: [UInt8]) throws(ArchiveFault) -> Manifest {
        guard bytes.count <= ArchiveLimits.manifestBytesMax else {
            throw .manifestMalformed("it has more than \(ArchiveLimits.manifestBytesMax) bytes")
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .manifest
        let data = Data(bytes)
        let number: Int
        do {
            number = try decoder.decode(VersionOnly.self, from: data).manifest
        } catch {
            throw .manifestMalformed(why(error))
        }
        guard number == Manifest.version else { throw .manifestVersion(number) }
        let manifest: Manifest
        do {
            manifest = try decoder.decode(Manifest.self, from: data)
        } catch {
            throw .manifestMalformed(why(error))
        }
        try manifest.check()
        return manifest
    }

    private struct VersionOnly: Decodable {
        var manifest: Int
    }

    /// Refuses values that would lead a reader astray, above all paths that leave the set.
    private func check() throws(ArchiveFault) {
        guard manifest == Manifest.version else { throw .manifestVersion(manifest) }
        var seen: Set<String> = []
        for file in files {
            guard Manifest.staysInside(file.path), file.path != Manifest.fileName else {
                throw .manifestMalformed("'\(file.path)' is not a path inside the set")
            }
            guard seen.insert(file.path).inserted else {
                throw .manifestMalformed("'\(file.path)' is listed twice")
            }
            guard file.size >= 0 else { throw .manifestMalformed("'\(file.path)' has the size \(file.size)") }
            let isHash = file.sha256.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
            }
            guard file.sha256.utf8.count == 64, isHash else {
                throw .manifestMalformed("the SHA-256 of '\(file.path)' is not 64 hexadecimal digits")
            }
        }
        let isListed = files.contains { $0.path == archive || $0.path.hasPrefix(archive + "/") }
        guard isListed else { throw .manifestMalformed("the archive '\(archive)' is not among the files") }
        try checkCounts()
    }

    /// Refuses counts below nothing, and such as no reader could add up.
    private func checkCounts() throws(ArchiveFault) {
        for table in tables {
            let rows = table.rows ?? 0
            guard rows >= 0 else {
                throw .manifestMalformed("the table '\(table.schema).\(table.name)' has \(rows) rows")
            }
            guard table.bytes >= 0 else {
                throw .manifestMalformed("the table '\(table.schema).\(table.name)' has \(table.bytes) bytes")
            }
        }
        guard largeObjects >= 0 else { throw .manifestMalformed("it has \(largeObjects) large objects") }
        if let seconds = proof?.recoverySeconds, !seconds.isFinite || seconds < 0 {
            throw .manifestMalformed("its proof took \(seconds) seconds")
        }
        try Manifest.checkTotal("the sizes of its files", files.lazy.map(\.size))
        try Manifest.checkTotal("the rows of its tables", tables.lazy.map { $0.rows ?? 0 })
        try Manifest.checkTotal("the bytes of its tables", tables.lazy.map(\.bytes))
    }

    private static func checkTotal(_ what: String, _ counts: some Sequence<Int64>) throws(ArchiveFault) {
        var total: Int64 = 0
        for count in counts {
            let (sum, overflow) = total.addingReportingOverflow(count)
            guard !overflow else { throw .manifestMalformed("\(what) add up to more than \(Int64.max)") }
            total = sum
        }
    }

    /// Whether a path is relative, without empty, `.` and `..` parts and without control characters.
    private static func staysInside(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
            && !path.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
    }

    /// The decoder's complaint as one clause that names the key.
    private static func why(_ error: any Error) -> String {
        func name(_ path: [any CodingKey]) -> String {
            path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        }
        guard let error = error as? DecodingError else { return "it is not the JSON of a manifest" }
        switch error {
        case .keyNotFound(let key, let context):
            return "'\(name(context.codingPath + [key]).dropFirst())' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "'\(name(context.codingPath).dropFirst())' has a value of the wrong kind"
        case .dataCorrupted(let context):
            // The decoder names no path for dates and numbers, and only then says what it expected.
            if context.codingPath.isEmpty {
                let isSyntax = context.debugDescription.contains("not valid JSON")
                return isSyntax ? "it is not the JSON of a manifest" : "it has a value of the wrong form"
            }
            return "'\(name(context.codingPath).dropFirst())' has a value that is not known"
        @unknown default: return "it is not the JSON of a manifest"
        }
    }
}
