import Engine
import Faults
import Postgres
import Synchronization

/// Transactions on several connections that share one state until they are released.
struct PostgresSharedSnapshot: SharedSnapshot {
    /// Reading one stretch takes no longer than this.
    private static let copyMax = Duration.seconds(7 * 86_400)
    /// Tables that one statement locks; the text of a statement is kept short.
    private static let locksAtOnce = 500

    let connections: [Connection]
    let id: String
    let encoding: String
    let major: Int

    var readers: Int { connections.count }

    /// The one that exported the state, and holds the locks.
    private var first: Connection { connections[0] }

    func count(schema: String, table: String) async throws(AnyFault) -> Int64 {
        try await PostgresSnapshot(connection: first, id: id).count(schema: schema, table: table)
    }

    func release() async {
        for connection in connections { await connection.close() }
    }

    func layouts() async throws(AnyFault) -> [String: TableLayout] {
        do throws(PostgresFault) {
            var layouts: [String: TableLayout] = [:]
            for row in try await first.query(SnapshotQueries.layouts(major: major)) {
                let condition = try row.optionalText("condition")
                layouts[try row.text("oid")] = TableLayout(
                    pages: try row.integer("pages"), bytes: try row.integer("bytes"),
                    isDivisible: try row.boolean("divisible"),
                    condition: condition.flatMap { $0.isEmpty ? nil : $0 })
            }
            return layouts
        } catch {
            throw AnyFault(error)
        }
    }

    /// As parallel pg_dump does (`lockTableForWorker` in `src/bin/pg_dump/parallel.c`): whoever waits for a stronger lock
    /// waits for pg_dump, which waits for us; so this must not wait for him.
    func lock(_ tables: [CopySource]) async throws(AnyFault) -> Bool {
        var rest = tables[...]
        while !rest.isEmpty {
            let names = rest.prefix(Self.locksAtOnce).map(name).joined(separator: ", ")
            rest = rest.dropFirst(Self.locksAtOnce)
            do throws(PostgresFault) {
                try await first.query("SAVEPOINT locks")
                try await first.query("LOCK TABLE ONLY \(names) IN ACCESS SHARE MODE NOWAIT")
                try await first.query("RELEASE SAVEPOINT locks")
            } catch {
                guard error.sqlState == "55P03" else { throw AnyFault(error) }
                do throws(PostgresFault) {
                    try await first.query("ROLLBACK TO SAVEPOINT locks")
                } catch {
                    throw AnyFault(error)
                }
                return false
            }
        }
        return true
    }

    func copy(_ stretch: TableStretch, reader: Int, into sink: any ByteSink) async throws(AnyFault) {
        let refusal = Mutex<AnyFault?>(nil)
        do throws(PostgresFault) {
            _ = try await connections[reader].copyOut(statement(stretch), limit: Self.copyMax) { rows in
                guard refusal.withLock({ $0 }) == nil else { return }
                do throws(AnyFault) { try sink.write(rows) } catch { refusal.withLock { $0 = error } }
            }
        } catch {
            throw refusal.withLock { $0 } ?? AnyFault(error)
        }
        if let fault = refusal.withLock({ $0 }) { throw fault }
    }

    /// As `dumpTableData_copy` in `src/bin/pg_dump/pg_dump.c` writes it, with the range of pages.
    private func statement(_ stretch: TableStretch) -> String {
        let columns = stretch.source.columns.map { DumpSession.quote($0, encoding) }.joined(separator: ", ")
        var filter = stretch.condition
        let ends = [
            stretch.from.map { "ctid >= '(\($0),0)'::pg_catalog.tid" },
            stretch.to.map { "ctid < '(\($0),0)'::pg_catalog.tid" },
        ].compactMap { $0 }
        if !ends.isEmpty { filter = "WHERE " + ends.joined(separator: " AND ") }
        guard let filter else {
            return "COPY \(name(stretch.source))\(columns.isEmpty ? "" : " (\(columns))") TO STDOUT"
        }
        return "COPY (SELECT \(columns) FROM ONLY \(name(stretch.source)) \(filter)) TO STDOUT"
    }

    private func name(_ source: CopySource) -> String {
        "\(DumpSession.quote(source.schema, encoding)).\(DumpSession.quote(source.name, encoding))"
    }
}
