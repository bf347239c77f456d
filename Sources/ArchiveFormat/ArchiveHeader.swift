/// What stands before the entries of a table of contents.
///
/// Authority: `ReadHead` in PostgreSQL, `src/bin/pg_dump/pg_backup_archiver.c`.
package struct ArchiveHeader: Sendable, Equatable {
    /// The layout version, one that ``ArchiveVersion/isKnown``.
    package var version: ArchiveVersion
    /// Bytes of an offset: 4 or 8.
    package var offsetSize: Int
    /// What the format byte says; the `toc.dat` of a directory says tar.
    package var layout: Layout
    /// The codec of the data.
    package var codec: ArchiveCodec
    /// The zlib level of archives before 1.15 (−1 is the default, 0 none); nil since.
    package var level: Int32?
    /// When the dump began, in the dumping machine's zone.
    package var created: CreationTime
    /// The dumped database's name.
    package var databaseName: ArchiveText?
    /// The server's version as it names itself.
    package var serverVersion: ArchiveText?
    /// The version of the pg_dump that wrote the archive.
    package var dumpVersion: ArchiveText?
    /// How many entries the header announces; not to be trusted before they are read.
    package var entryCount: Int32

    /// The format byte, `ArchiveFormat` in `src/bin/pg_dump/pg_backup.h`.
    package enum Layout: UInt8, Sendable, Equatable {
        case custom = 1
        case tar = 3
        case null = 4
        case directory = 5
    }

    /// The fields of C's `struct tm` as pg_dump writes them: month 0–11, year less 1900.
    package struct CreationTime: Sendable, Equatable {
        package var second: Int32 = 0
        package var minute: Int32 = 0
        package var hour: Int32 = 0
        package var day: Int32 = 1
        package var month: Int32 = 0
        package var year: Int32 = 0
        package var isDaylightSaving: Int32 = 0

        /// A time with every field at its lowest.
        package init() {}

        /// `2026-11-22 01:30:04`, in the zone of the machine that dumped.
        package var display: String {
            func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
            let date = "\(Int(year) + 1900)-\(two(month &+ 1))-\(two(day))"
            return "\(date) \(two(hour)):\(two(minute)):\(two(second))"
        }
    }
}
