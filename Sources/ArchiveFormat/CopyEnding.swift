/// What follows the last row of COPY text, by where the text stands.
///
/// Authority: `dumpTableData_copy` in PostgreSQL, `src/bin/pg_dump/pg_dump.c`; a server marks the end of its rows by a
/// message instead (manual, section "COPY Operations" of the protocol).
package enum CopyEnding: Sendable, Equatable, CaseIterable {
    /// Nothing: what a server sends for `COPY … TO STDOUT`.
    case none
    /// `\.`: in a plain dump, where the rest is SQL again.
    case script
    /// `\.` and two empty lines: in the data of an archive.
    case archive

    /// The lines, without their line breaks.
    package var lines: [String] {
        switch self {
        case .none: []
        case .script: ["\\."]
        case .archive: ["\\.", "", ""]
        }
    }
}
