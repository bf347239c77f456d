package import ArchiveFormat
package import Measures

/// What a restored database has come to, as its system catalogs tell.
package struct RestoredState: Sendable, Equatable {
    package var owner: String
    package var encoding: String
    package var collate: String
    package var ctype: String
    /// `c`, `i` or `b`.
    package var localeProvider: String
    /// The locale of the providers `i` and `b`.
    package var icuLocale: String?
    /// `pg_database.datacl` as text, items sorted; nil for the default.
    package var acl: String?
    /// `ALTER DATABASE … SET`, each as `name=value`, sorted.
    package var settings: [String]
    /// `ALTER ROLE … IN DATABASE … SET`, by role.
    package var roleSettings: [Manifest.RoleSetting]
    /// Versions of installed extensions, by name.
    package var extensions: [String: String]
    package var sequences: [Sequence]
    /// Materialized views as `schema.name`, with whether they hold data.
    package var materializedViews: [String: Bool]
    /// Indexes that are not valid, or not ready, each as `schema.name`.
    package var invalidIndexes: [String]
    /// Constraints that are not validated, each as `schema.table.constraint`.
    package var notValidConstraints: [String]
    package var size: ByteCount

    /// The state of one sequence.
    package struct Sequence: Sendable, Equatable {
        package var schema: String
        package var name: String
        package var lastValue: Int64
        package var isCalled: Bool

        package init(schema: String, name: String, lastValue: Int64, isCalled: Bool) {
            self.schema = schema
            self.name = name
            self.lastValue = lastValue
            self.isCalled = isCalled
        }
    }

    package init(
        owner: String, encoding: String, collate: String, ctype: String, localeProvider: String,
        icuLocale: String? = nil, acl: String?, settings: [String],
        roleSettings: [Manifest.RoleSetting] = [], extensions: [String: String], sequences: [Sequence],
        materializedViews: [String: Bool], invalidIndexes: [String], notValidConstraints: [String],
        size: ByteCount
    ) {
        self.owner = owner
        self.encoding = encoding
        self.collate = collate
        self.ctype = ctype
        self.localeProvider = localeProvider
        self.icuLocale = icuLocale
        self.acl = acl
        self.settings = settings
        self.roleSettings = roleSettings
        self.extensions = extensions
        self.sequences = sequences
        self.materializedViews = materializedViews
        self.invalidIndexes = invalidIndexes
        self.notValidConstraints = notValidConstraints
        self.size = size
    }
}

/// Rows, or large objects, that were read whole.
package struct ContentReading: Sendable, Equatable {
    /// Rows, or large objects.
    package var count: Int64
    package var digest: RowDigest
    package var bytes: Int64

    package init(count: Int64, digest: RowDigest, bytes: Int64) {
        self.count = count
        self.digest = digest
        self.bytes = bytes
    }
}

/// What amcheck found.
package struct IndexReport: Sendable, Equatable {
    package var checked: Int
    /// The message of each index that is damaged, by `schema.name`.
    package var damaged: [String: String]

    package init(checked: Int, damaged: [String: String]) {
        self.checked = checked
        self.damaged = damaged
    }
}

/// What a question came to.
package struct QueryAnswer: Sendable, Equatable {
    package var rows: Int64
    /// The first column of the first row; nil for NULL and for no row.
    package var value: String?

    package init(rows: Int64, value: String?) {
        self.rows = rows
        self.value = value
    }
}

/// How far restoring a database is, by the server's own progress views.
package struct RestoreReading: Sendable, Equatable {
    /// Tables that rows are being copied into, as `schema.name`, with the bytes that have been taken.
    package var copying: [String: Int64]
    /// Indexes that are being built, as `schema.name` of their tables.
    package var building: [String]
    /// Bytes of the database by now.
    package var size: ByteCount

    package init(copying: [String: Int64], building: [String], size: ByteCount) {
        self.copying = copying
        self.building = building
        self.size = size
    }
}
