/// Every kind of thing that a verification can find, with its stable code.
package enum FindingKind: String, Sendable, Equatable, Codable, CaseIterable {
    // Damage to the file as a whole.
    case fileEmpty = "file.empty"
    case fileTruncated = "file.truncated"
    case fileMissing = "file.missing"
    case fileUnlisted = "file.unlisted"
    case fileTwice = "file.twice"
    // Damage to the header and the table of contents.
    case contentsMalformed = "contents.malformed"
    case contentsLeftOver = "contents.left-over"
    case contentsDuplicate = "contents.duplicate-id"
    // Damage to data blocks and their framing.
    case blockMissing = "block.missing"
    case blockUnexpected = "block.unexpected"
    case blockMalformed = "block.malformed"
    case blockTruncated = "block.truncated"
    case blockLeftOver = "block.left-over"
    case blockOffset = "block.offset"
    // Damage to the compressed or plain data.
    case streamBroken = "stream.broken"
    case streamChecksum = "stream.checksum"
    case streamUnfinished = "stream.unfinished"
    case streamTrailing = "stream.trailing"
    case copyTerminator = "copy.terminator"
    case objectsMalformed = "objects.malformed"
    case objectsCount = "objects.count"
    // Damage to tar archives.
    case tarChecksum = "tar.checksum"
    case tarMalformed = "tar.malformed"
    case tarUnfinished = "tar.unfinished"
    // Damage to plain files.
    case plainTrailer = "plain.trailer"
    case plainRestrict = "plain.restrict"
    case plainCopyOpen = "plain.copy-open"
    case plainQuoteOpen = "plain.quote-open"
    case plainLeftOver = "plain.left-over"
    // Disagreement with the manifest.
    case setFileMissing = "set.file-missing"
    case setFileUnlisted = "set.file-unlisted"
    case setFileSize = "set.file-size"
    case setFileHash = "set.file-hash"
    case setContent = "set.content"
    case setManifest = "set.manifest"
    // What keeps a verification from an answer.
    case unreadable = "verify.unreadable"
    case notAnArchive = "verify.not-an-archive"
    case unknownVersion = "verify.unknown-version"
    case unknownCodec = "verify.unknown-codec"
    case unsupported = "verify.unsupported"
    case cancelled = "verify.cancelled"
    // What a person should know although nothing is wrong.
    case noChecksum = "note.no-checksum"
    case notSeekable = "note.not-seekable"
    case furtherFindings = "note.further-findings"

    /// How a finding bears on the verdict.
    package enum Weight: Sendable, Equatable {
        /// The archive is damaged.
        case damage
        /// Nothing can be said about the archive.
        case obstacle
        /// Nothing is wrong.
        case note
    }

    /// How this kind bears on the verdict.
    package var weight: Weight {
        switch self {
        case .unreadable, .notAnArchive, .unknownVersion, .unknownCodec, .unsupported, .cancelled: .obstacle
        case .noChecksum, .notSeekable, .furtherFindings: .note
        case .fileEmpty, .fileTruncated, .fileMissing, .fileUnlisted, .fileTwice, .contentsMalformed,
            .contentsLeftOver, .contentsDuplicate, .blockMissing, .blockUnexpected, .blockMalformed,
            .blockTruncated, .blockLeftOver, .blockOffset, .streamBroken, .streamChecksum, .streamUnfinished,
            .streamTrailing, .copyTerminator, .objectsMalformed, .objectsCount, .tarChecksum, .tarMalformed,
            .tarUnfinished, .plainTrailer, .plainRestrict, .plainCopyOpen, .plainQuoteOpen, .plainLeftOver,
            .setFileMissing, .setFileUnlisted, .setFileSize, .setFileHash, .setContent, .setManifest:
            .damage
        }
    }

    /// What a finding of this kind means for somebody who restores, one sentence about `subject`.
    package func meaning(of subject: String) -> String {
        switch self {
        case .fileEmpty: "There is nothing to restore."
        case .fileTruncated: "pg_restore stops where the file ends; what would follow is lost."
        case .fileMissing, .blockMissing, .setFileMissing: "This backup cannot restore \(subject)."
        case .fileUnlisted, .setFileUnlisted:
            "No restore reads it; it may belong to another dump that was mixed into this one."
        case .fileTwice: "One of the two would be restored with the data of the other."
        case .contentsMalformed:
            "pg_restore refuses the archive, and nothing can be restored from it as it is."
        case .contentsLeftOver, .blockLeftOver, .streamTrailing:
            "Something was overwritten here, or parts of two files were joined."
        case .contentsDuplicate, .blockUnexpected:
            "pg_restore may take the wrong data or stop; do not trust a restore of \(subject)."
        case .blockMalformed, .blockTruncated:
            "Restoring \(subject) stops here; other tables can be restored with 'pg_restore -L'."
        case .blockOffset: "'pg_restore -j' looks for \(subject) at the wrong place and stops."
        case .streamBroken, .streamUnfinished:
            "Restoring \(subject) stops here with an error; its rows from here on are lost."
        case .streamChecksum: "A restore of \(subject) stops here, or gives back other data than was dumped."
        case .copyTerminator:
            "A restore of \(subject) would lack its last rows, or have rows that never were."
        case .objectsMalformed, .objectsCount: "A restore would lack large objects, or stop at their list."
        case .tarChecksum, .tarMalformed: "pg_restore stops here; what stands before can be restored."
        case .tarUnfinished: "The file was cut at its end; the last members may be lost."
        case .plainTrailer: "psql restores it without an error, and what was cut off is silently absent."
        case .plainRestrict: "psql stops at the key that does not match, or runs what was not dumped."
        case .plainCopyOpen: "A restore would lack the last rows of \(subject) and everything after it."
        case .plainQuoteOpen:
            "psql waits for the end of a quotation that never comes; what follows it is lost."
        case .plainLeftOver: "psql would run what stands after the end of the dump."
        case .setFileSize, .setFileHash:
            "These are not the bytes that were written; a restore may be silently wrong."
        case .setContent: "A restore would not give back what was dumped."
        case .setManifest: "The set cannot be compared with what was written."
        case .unreadable, .cancelled: "Nothing can be said about \(subject)."
        case .notAnArchive: "There is nothing here that pg_restore or psql would restore."
        case .unknownVersion, .unknownCodec, .unsupported:
            "It may be sound; the pg_restore that belongs to it can tell."
        case .noChecksum:
            "A flipped bit is seen only by the SHA-256 of a manifest, so keep the whole backup set."
        case .notSeekable: "It restores, but 'pg_restore -j' has to search it for the data of each table."
        case .furtherFindings: "The first findings show what is wrong."
        }
    }
}
