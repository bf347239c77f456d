import ArchiveFormat

/// Findings up to a limit, so that a hostile archive cannot make a report without end.
struct FindingList: Sendable {
    /// Findings that are kept.
    static let max = 1000

    private(set) var findings: [Finding] = []
    private var dropped = 0

    /// Whether there are only notes.
    var isDamageFree: Bool { findings.allSatisfy { $0.kind?.weight == .note } }

    mutating func append(_ finding: Finding) {
        if findings.count < FindingList.max {
            findings.append(finding)
        } else {
            dropped += 1
        }
    }

    mutating func append(
        _ kind: FindingKind, _ subject: String, _ message: String, file: String? = nil, at: Int64? = nil
    ) {
        append(Finding(kind, subject: subject, file: file, offset: at, message: message))
    }

    mutating func append(contentsOf list: some Sequence<Finding>) {
        for finding in list { append(finding) }
    }

    /// All that is to be reported.
    var all: [Finding] {
        guard dropped > 0 else { return findings }
        return findings + [
            Finding(
                .furtherFindings, subject: "the archive", message: "\(dropped) further findings are left out")
        ]
    }
}
