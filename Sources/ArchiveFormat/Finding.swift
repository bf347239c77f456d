/// One thing that a verification found.
package struct Finding: Sendable, Equatable, Codable {
    /// The stable code, as ``FindingKind`` lists them.
    package var code: String
    /// What it is about: a table, the large objects, or a file.
    package var subject: String
    /// The file it was found in, relative to what was verified; nil when that is a single file.
    package var file: String?
    /// The byte of that file where it was seen, if one can be named.
    package var offset: Int64?
    /// What was found: lower case, no full stop.
    package var message: String
    /// What it means for a restore: a sentence.
    package var meaning: String

    /// A finding of this kind, with the meaning that belongs to it.
    package init(
        _ kind: FindingKind, subject: String, file: String? = nil, offset: Int64? = nil, message: String
    ) {
        code = kind.rawValue
        self.subject = subject
        self.file = file
        self.offset = offset
        self.message = message
        meaning = kind.meaning(of: subject)
    }

    /// The finding that a parse fault amounts to.
    package init(_ fault: ArchiveFault, subject: String, file: String? = nil) {
        let (kind, offset): (FindingKind, Int64?) =
            switch fault {
            case .notAnArchive: (.notAnArchive, nil)
            case .unknownVersion, .manifestVersion: (.unknownVersion, nil)
            case .unknownCodec: (.unknownCodec, nil)
            case .unsupportedSizes, .beyondLimit: (.unsupported, nil)
            case .malformed(_, let offset): (.contentsMalformed, offset)
            case .truncated(_, let offset): (.fileTruncated, offset)
            case .unexpectedBlock(_, let offset): (.blockUnexpected, offset)
            case .missingBlock: (.blockMissing, nil)
            case .manifestMalformed: (.setManifest, nil)
            }
        // The position is a field of its own here.
        let message =
            switch fault {
            case .malformed(let what, _): what
            case .truncated(let what, _): "the file ends within \(what)"
            case .notAnArchive, .unknownVersion, .unknownCodec, .unsupportedSizes, .unexpectedBlock,
                .missingBlock, .beyondLimit, .manifestMalformed, .manifestVersion:
                fault.summary
            }
        self.init(kind, subject: subject, file: file, offset: offset, message: message)
    }

    /// The kind of this finding; nil for a code of another version of this program.
    package var kind: FindingKind? { FindingKind(rawValue: code) }
}
