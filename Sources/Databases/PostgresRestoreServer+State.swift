package import Engine
package import Faults
import Measures
import Postgres

/// What a restored database has come to.
extension PostgresRestoreServer {
    /// Sequences whose values one statement reads.
    private static let sequencesMax = 200

    package func state(of database: String) async throws(AnyFault) -> RestoredState {
        try await connected(to: database) { connection throws(PostgresFault) in
            let major = await connection.serverVersion / 10_000
            return try await ServerProbe.reading(connection) { transaction throws(PostgresFault) in
                try await Self.state(transaction, major: major)
            }
        }
    }

    private static func state(
        _ transaction: Transaction, major: Int
    ) async throws(PostgresFault) -> RestoredState {
        let row = try await transaction.query(ProbeQueries.database(major: major)).one()
        var extensions: [String: String] = [:]
        for row in try await transaction.query(ProbeQueries.extensions) {
            extensions[try row.text("name")] = try row.text("version")
        }
        var views: [String: Bool] = [:]
        for row in try await transaction.query(RestoreQueries.materializedViews) {
            views[try row.text("name")] = try row.boolean("populated")
        }
        return RestoredState(
            owner: try row.text("owner"), encoding: try row.text("encoding"),
            collate: try row.optionalText("collate") ?? "", ctype: try row.optionalText("ctype") ?? "",
            localeProvider: try row.text("provider"), icuLocale: try row.optionalText("locale"),
            acl: try await transaction.query(RestoreQueries.acl).one().optionalText("acl"),
            settings: try await transaction.query(ProbeQueries.settings).texts("setting").sorted(),
            roleSettings: try await ServerProbe.roleSettings(transaction),
            extensions: extensions, sequences: try await sequences(transaction), materializedViews: views,
            invalidIndexes: try await transaction.query(RestoreQueries.invalidIndexes).texts("name"),
            notValidConstraints: try await transaction.query(RestoreQueries.notValidConstraints).texts(
                "name"),
            size: ByteCount(try row.integer("size")))
    }

    private static func sequences(
        _ transaction: Transaction
    ) async throws(PostgresFault) -> [RestoredState.Sequence] {
        let names = Array(try await transaction.query(RestoreQueries.sequences))
        var sequences: [RestoredState.Sequence] = []
        for start in stride(from: 0, to: names.count, by: sequencesMax) {
            let part = names[start..<min(start + sequencesMax, names.count)]
            let quoted = try part.map { row throws(PostgresFault) in try row.text("quoted") }
            let values = try await transaction.query(RestoreQueries.sequenceValues(quoted))
            for (name, value) in zip(part, values) {
                sequences.append(
                    RestoredState.Sequence(
                        schema: try name.text("schema"), name: try name.text("name"),
                        lastValue: try value.integer("value"), isCalled: try value.boolean("called")))
            }
        }
        return sequences
    }
}
