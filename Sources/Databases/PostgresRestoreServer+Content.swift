import ArchiveFormat
import Compression
package import Engine
package import Faults
import Postgres
import Synchronization

/// Reading what tables and large objects hold, as pg_dump reads it.
extension PostgresRestoreServer {
    package func content(
        of table: CopySource, in database: String
    ) async throws(AnyFault) -> ContentReading {
        let digester: RowDigester
        do throws(CompressionFault) { digester = try RowDigester() } catch { throw AnyFault(error) }
        let bytes = Atomic<Int64>(0)
        try await reading(in: database) { transaction throws(PostgresFault) in
            let encoding = try await DumpSession.dress(table.settings) {
                (sql, values) throws(PostgresFault) in
                try await transaction.query(sql, values)
            }
            _ = try await transaction.copyOut(Self.copy(table, encoding), limit: Self.workLimit) { rows in
                digester.take(rows)
                bytes.add(Int64(rows.count), ordering: .relaxed)
            }
        }
        let rows = digester.end(.none)
        return ContentReading(count: rows.rows, digest: rows.digest, bytes: bytes.load(ordering: .relaxed))
    }

    package func rowCount(of table: CopySource, in database: String) async throws(AnyFault) -> Int64 {
        let name = "\(SQLName.quote(table.schema)).\(SQLName.quote(table.name))"
        return try await reading(in: database) { transaction throws(PostgresFault) in
            try await transaction.query(RestoreQueries.patient(local: true))
            try await transaction.query("SELECT pg_catalog.set_config('row_security', 'off', true)")
            // What inherits from it has an entry of its own in an archive; COPY does not look there either.
            let sql = "SELECT pg_catalog.count(*) AS rows FROM ONLY \(name)"
            return try await transaction.query(sql, limit: Self.workLimit).one().integer("rows")
        }
    }

    package func largeObjects(in database: String) async throws(AnyFault) -> ContentReading {
        let digester: LargeObjectDigester
        do throws(CompressionFault) { digester = try LargeObjectDigester() } catch { throw AnyFault(error) }
        let bytes = try await reading(in: database) { transaction throws(PostgresFault) in
            try await transaction.query(RestoreQueries.patient(local: true))
            return try await LargeObjectReader(transaction: transaction, digester: digester).readAll()
        }
        return ContentReading(count: Int64(digester.count), digest: digester.digest, bytes: bytes)
    }

    /// A transaction on a connection that is kept for the next one.
    private func reading<Value: Sendable>(
        in database: String, _ body: @Sendable (Transaction) async throws(PostgresFault) -> Value
    ) async throws(AnyFault) -> Value {
        let (waiting, era) = await idle.take(database)
        do throws(PostgresFault) {
            let connection: Connection
            if let waiting {
                connection = waiting
            } else {
                connection = try await open(database, limit: .seconds(60))
            }
            do throws(PostgresFault) {
                let value = try await connection.transaction(
                    mode: "ISOLATION LEVEL REPEATABLE READ, READ ONLY", body)
                await idle.giveBack(connection, to: database, era: era)
                return value
            } catch {
                await connection.close()
                throw error
            }
        } catch {
            throw AnyFault(error)
        }
    }

    private static func copy(_ table: CopySource, _ encoding: String) -> String {
        let quote = { DumpSession.quote($0, encoding) }
        let columns = table.columns.isEmpty ? "" : " (\(table.columns.map(quote).joined(separator: ", ")))"
        return "COPY \(quote(table.schema)).\(quote(table.name))\(columns) TO STDOUT"
    }
}

/// Reads every large object of a database in pieces, many small ones at a time.
private struct LargeObjectReader {
    let transaction: Transaction
    let digester: LargeObjectDigester

    private static let pieceBytes: Int64 = 32_768
    private static let longPieceBytes: Int64 = 524_288
    private static let objectsMax = 64

    /// Returns the bytes of all.
    func readAll() async throws(PostgresFault) -> Int64 {
        var (total, last) = (Int64(0), Int64(0))
        while true {
            let batch = try await transaction.query(
                """
                SELECT l.oid::bigint AS oid,
                    pg_catalog.encode(pg_catalog.lo_get(l.oid, 0, $1::integer), 'hex') AS content
                FROM pg_catalog.pg_largeobject_metadata l
                WHERE l.oid > $2::bigint::pg_catalog.oid
                ORDER BY l.oid
                LIMIT $3::bigint
                """, [.integer(Self.pieceBytes), .integer(last), .integer(Int64(Self.objectsMax))])
            for row in batch {
                last = try row.integer("oid")
                var size = try take(row)
                if size == Self.pieceBytes { size += try await readRest(of: last, from: size) }
                digester.end(oid: UInt32(truncatingIfNeeded: last))
                total += size
            }
            guard batch.count == Self.objectsMax else { return total }
        }
    }

    private func readRest(of oid: Int64, from start: Int64) async throws(PostgresFault) -> Int64 {
        var read: Int64 = 0
        while true {
            let row = try await transaction.query(
                """
                SELECT pg_catalog.encode(
                    pg_catalog.lo_get($1::bigint::pg_catalog.oid, $2::bigint, $3::integer), 'hex') AS content
                """, [.integer(oid), .integer(start + read), .integer(Self.longPieceBytes)]
            ).one()
            let count = try take(row)
            read += count
            guard count == Self.longPieceBytes else { return read }
        }
    }

    /// Digests the piece of a row and returns its size.
    private func take(_ row: Rows.Row) throws(PostgresFault) -> Int64 {
        let text = try row.text("content")
        guard let bytes = HexText.decode(text) else {
            throw .unexpectedValue(
                column: "content", found: "\(text.prefix(20))", wanted: "hexadecimal digits")
        }
        bytes.withUnsafeBytes { digester.take($0) }
        return Int64(bytes.count)
    }
}

/// Bytes as two hexadecimal digits each.
enum HexText {
    /// The bytes; nil for anything else.
    static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { digits in
            guard digits.count % 2 == 0 else { return nil }
            var isSound = true
            let bytes = [UInt8](unsafeUninitializedCapacity: digits.count / 2) { buffer, count in
                for index in 0..<digits.count / 2 {
                    let (high, low) = (value(digits[2 * index]), value(digits[2 * index + 1]))
                    isSound = isSound && high < 16 && low < 16
                    buffer[index] = high << 4 | low & 15
                }
                count = digits.count / 2
            }
            return isSound ? bytes : nil
        }
    }

    private static func value(_ digit: UInt8) -> UInt8 {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x57
        default: 0xFF
        }
    }
}
