import Faults

/// Reads the tables of a restored database, several at a time, the largest first.
struct TableReader: Sendable {
    let server: any RestoreServer
    let database: String
    /// How the archive copied each; one that is not here is copied with all its columns.
    let sources: [ContentProof.Name: CopySource]
    let proof: ContentProof

    /// What was read of each table.
    func read(workers: Int) async -> [ContentProof.Name: ContentProof.Reading] {
        let queue = proof.tables.sorted { ($0.bytes, $1.table) > ($1.bytes, $0.table) }
        return await withTaskGroup(of: (ContentProof.Name, ContentProof.Reading).self) { group in
            var readings: [ContentProof.Name: ContentProof.Reading] = [:]
            var next = 0
            for _ in 0..<min(max(1, workers), queue.count) {
                let table = queue[next]
                next += 1
                group.addTask { (table.table, await read(table)) }
            }
            while let (name, reading) = await group.next() {
                readings[name] = reading
                guard next < queue.count, !Task.isCancelled else { continue }
                let table = queue[next]
                next += 1
                group.addTask { (table.table, await read(table)) }
            }
            return readings
        }
    }

    private func read(_ table: ContentProof.Expected) async -> ContentProof.Reading {
        let source =
            sources[table.table] ?? CopySource(schema: table.table.schema, name: table.table.name)
        do throws(AnyFault) {
            switch proof.way(of: table) {
            case .content: return .read(try await content(of: table, source))
            case .rows: return .counted(try await server.rowCount(of: source, in: database))
            }
        } catch {
            return error.code == Self.missingObject ? .missing : .failed(error.summary)
        }
    }

    /// Reads a table; where it is not as expected, in each way to write `bytea` too, since nothing in an archive tells
    /// which one its server had, and either is the same rows.
    private func content(
        of table: ContentProof.Expected, _ source: CopySource
    ) async throws(AnyFault) -> ContentReading {
        let first = try await server.content(of: source, in: database)
        guard let digest = table.digest, first.digest != digest, first.count == table.rows else {
            return first
        }
        for output in ["hex", "escape"] {
            var other = source
            other.settings["bytea_output"] = output
            let reading = try await server.content(of: other, in: database)
            if reading.digest == digest { return reading }
        }
        return first
    }

    /// The code of a relation that is not there (SQLSTATE 42P01, undefined_table).
    private static let missingObject = "statement.missing-object"
}
