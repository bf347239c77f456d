import ArchiveFormat

/// What a file begins as.
enum FileType: Sendable, Equatable {
    case empty
    case custom
    case tar
    /// Text, compressed so or not at all.
    case text(ArchiveCodec)

    /// Bytes that suffice to tell.
    static let headBytes = 512

    /// Tells by the first bytes, never by the name.
    ///
    /// Magic numbers: `PGDMP` (pg_backup_archiver.h); RFC 1952; the LZ4 frame format; RFC 8878. A tar archive
    /// of pg_dump begins with its table of contents.
    init(head: [UInt8]) {
        let archive = Array("PGDMP".utf8)
        if head.isEmpty {
            self = .empty
        } else if head.starts(with: archive) || archive.starts(with: head) {
            self = .custom
        } else if head.starts(with: [0x1F, 0x8B]) || head == [0x1F] {
            self = .text(.zlib)
        } else if head.starts(with: [0x04, 0x22, 0x4D, 0x18]) || [0x04, 0x22, 0x4D].starts(with: head) {
            self = .text(.lz4)
        } else if head.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) || [0x28, 0xB5, 0x2F].starts(with: head) {
            self = .text(.zstd)
        } else if head.starts(with: "toc.dat\0".utf8) || Array("toc.dat".utf8).starts(with: head)
            || head.dropFirst(257).starts(with: "ustar".utf8)
        {
            self = .tar
        } else {
            self = .text(.none)
        }
    }
}
