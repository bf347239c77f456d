/// The version of the archive format, `major.minor.revision`; not the version of PostgreSQL.
///
/// Authority: `K_VERS_*` in PostgreSQL, `src/bin/pg_dump/pg_backup_archiver.h`.
package struct ArchiveVersion: Sendable, Equatable, Comparable, CustomStringConvertible {
    /// 1 for every archive since 1999.
    package var major: UInt8
    /// Rises with the layout: 12 to 14 up to PostgreSQL 15, 15 with 16, 16 with 17 and 18.
    package var minor: UInt8
    /// 0 in every version that this program reads.
    package var revision: UInt8

    /// The version of these three numbers.
    package init(_ major: UInt8, _ minor: UInt8, _ revision: UInt8 = 0) {
        self.major = major
        self.minor = minor
        self.revision = revision
    }

    /// The oldest layout that is read: pg_dump 9.0 to 10.2.
    package static let oldest = ArchiveVersion(1, 12)
    /// Carries the table access method of each entry (pg_dump 12 to 15).
    package static let accessMethods = ArchiveVersion(1, 14)
    /// Names the codec by a byte instead of a level (pg_dump 16).
    package static let codecByte = ArchiveVersion(1, 15)
    /// Carries the kind of each relation and several large-object entries (pg_dump 17 and 18); the newest
    /// read.
    package static let relationKinds = ArchiveVersion(1, 16)

    /// Whether the layout of this version is known here.
    package var isKnown: Bool { revision == 0 && self >= .oldest && self <= .relationKinds }

    package static func < (left: ArchiveVersion, right: ArchiveVersion) -> Bool {
        (left.major, left.minor, left.revision) < (right.major, right.minor, right.revision)
    }

    /// `1.16.0`.
    package var description: String { "\(major).\(minor).\(revision)" }
}
