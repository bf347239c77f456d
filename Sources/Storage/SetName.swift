import FoundationEssentials

/// The name of a set's folder: `2026-11-22T003000Z-<run id>`.
struct SetName: Sendable, Equatable {
    /// To the second.
    var started: Date
    var run: UUID

    /// Length of `2026-11-22T003000Z`.
    private static let instantLength = 18
    /// Years have four digits; a set of another age is none of ours.
    private static let style = Date.ISO8601FormatStyle(timeSeparator: .omitted)

    init(started: Date, run: UUID) {
        self.started = Date(timeIntervalSince1970: started.timeIntervalSince1970.rounded(.down))
        self.run = run
    }

    /// Reads a folder's name; nil if it is not written exactly as ``text`` writes it.
    init?(_ text: String) {
        let run = text.dropFirst(Self.instantLength + 1)
        // Not an instant: then it is no set's name either.
        guard let started = try? Self.style.parse(String(text.prefix(Self.instantLength))),
            let run = UUID(uuidString: String(run))
        else { return nil }
        self.init(started: started, run: run)
        guard self.text == text else { return nil }
    }

    var text: String { "\(started.formatted(Self.style))-\(run.lowercased)" }
}
