package import ArchiveFormat
import Engine
import Synchronization

/// A verifier in memory: it says what the test wants to hear, in turn, and the last answer for ever.
package final class MemoryVerifier: VerifierPort {
    /// What it finds.
    package enum Answer: Sendable {
        case sound
        /// As sound as that, with this in it.
        case finds(VerificationReport)
        case damaged
        case undecided
        /// Reads on until it is cancelled, and cannot tell then.
        case hangs
    }

    private let answers: Mutex<[Answer]>
    private let asked = Mutex<[String]>([])

    /// A verifier that answers so; without any, all is sound.
    package init(_ answers: Answer...) {
        self.answers = Mutex(answers)
    }

    /// The paths it was asked about.
    package var paths: [String] { asked.withLock { $0 } }

    package func verify(
        path: String, parts: [Manifest.Parts], progress: @escaping @Sendable (Int64, Int64) -> Void
    ) async -> VerificationReport {
        asked.withLock { $0.append(path) }
        let answer = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? .sound }
        progress(1, 2)
        switch answer {
        case .sound: return Self.sound(path)
        case .finds(let report): return report
        case .damaged:
            return Self.report(path, .streamChecksum, "public.orders", "the checksum of its data is wrong")
        case .undecided: return Self.report(path, .unreadable, "the archive", "it cannot be opened")
        case .hangs:
            // A clock that nobody moves: only cancelling ends it.
            await ManualClock().sleep(.seconds(1))
            return Self.report(path, .cancelled, "the archive", "stopped before the end")
        }
    }

    /// The report of a sound archive with two tables.
    package static func sound(_ path: String) -> VerificationReport {
        var report = VerificationReport(path: path)
        report.tables = [
            .init(schema: "public", name: "orders", rows: 1200, bytes: 65_536),
            .init(schema: "public", name: "customers", rows: 34, bytes: 2_048),
        ]
        report.largeObjects = 3
        report.settle(with: [])
        return report
    }

    private static func report(
        _ path: String, _ kind: FindingKind, _ subject: String, _ message: String
    ) -> VerificationReport {
        var report = VerificationReport(path: path)
        report.settle(with: [Finding(kind, subject: subject, message: message)])
        return report
    }
}
