/// How pg_dump laid an archive out; the raw value is what manifests and reports hold.
package enum ArchiveKind: String, Sendable, Equatable, Codable, CaseIterable {
    /// One file with a table of contents and blocks: `pg_dump -Fc`.
    case custom
    /// A folder with `toc.dat` and one file for each table: `pg_dump -Fd`.
    case directory
    /// The same files in one tar file: `pg_dump -Ft`.
    case tar
    /// SQL text: `pg_dump -Fp` and `pg_dumpall`.
    case plain
}
