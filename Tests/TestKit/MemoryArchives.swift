package import ArchiveFormat
package import Engine
package import Faults
import Synchronization

/// What lies in backup sets, in memory: the test says what an archive holds, and what reading it finds.
package final class MemoryArchives: ArchivePort {
    /// What reading a set back finds.
    package enum Answer: Sendable {
        case sound
        case damaged
        case undecided
        /// Reads on until it is cancelled, and cannot tell then.
        case hangs
    }

    private struct State {
        var held: MemoryRestoredDatabase
        var contents: [UInt8]?
        var globals: [UInt8]?
        var answers: [Answer] = []
        var faults: [String: [AnyFault]] = [:]
        var sets: [String: StoredSet] = [:]
        var calls: [String] = []
    }

    private let state: Mutex<State>

    /// Archives that all hold the same.
    ///
    /// - Parameters:
    ///   - database: Its rows and large objects are what is counted and digested.
    ///   - contents: The bytes of an archive whose table of contents theirs is; nil for plain ones.
    ///   - globals: The text of `globals.sql`; nil where sets have none.
    package init(holding database: MemoryRestoredDatabase, contents: [UInt8]?, globals: [UInt8]?) {
        state = Mutex(State(held: database, contents: contents, globals: globals))
    }

    /// Changes what the archives hold.
    package func hold(_ database: MemoryRestoredDatabase) {
        state.withLock { $0.held = database }
    }

    /// Sets what the next readings find, and the last for ever; without any, all is sound.
    package func answer(_ answers: Answer...) {
        state.withLock { $0.answers = answers }
    }

    /// Makes the next calls of a name (`contents`, `globals`, `unpackScript`, `set`) fail, one fault each.
    package func fail(_ call: String, with faults: AnyFault...) {
        state.withLock { $0.faults[call, default: []] += faults }
    }

    /// Puts a set at a path outside every store.
    package func put(_ set: StoredSet, at path: String) {
        state.withLock { $0.sets[path] = set }
    }

    /// All calls so far, such as `verify decode main/shop/…`.
    package var calls: [String] { state.withLock { $0.calls } }

    package func contents(of set: StoredSet) async throws(AnyFault) -> TableOfContents? {
        try enter("contents", set.path)
        guard let bytes = state.withLock({ $0.contents }) else { return nil }
        do throws(ArchiveFault) {
            return try TableOfContents.parse(bytes)
        } catch {
            throw AnyFault(error)
        }
    }

    package func globals(of set: StoredSet) async throws(AnyFault) -> [UInt8]? {
        try enter("globals", set.path)
        return state.withLock { $0.globals }
    }

    package func unpackScript(of set: StoredSet, to path: String) async throws(AnyFault) {
        try enter("unpackScript", path)
    }

    package func verify(
        _ set: StoredSet, level: Manifest.Verification.Level,
        progress: @escaping @Sendable (Int64, Int64) -> Void
    ) async -> VerificationReport {
        let (answer, held) = state.withLock { state in
            state.calls.append("verify \(level.rawValue) \(set.path)")
            let answer = state.answers.count > 1 ? state.answers.removeFirst() : state.answers.first ?? .sound
            return (answer, state.held)
        }
        progress(set.manifest.size / 2, set.manifest.size)
        switch answer {
        case .sound: return Self.sound(set, held)
        case .damaged: return Self.report(set, .streamChecksum, "the checksum of its data is wrong")
        case .undecided: return Self.report(set, .unreadable, "it cannot be opened")
        case .hangs:
            // A clock that nobody moves: only cancelling ends it.
            await ManualClock().sleep(.seconds(1))
            return Self.report(set, .cancelled, "stopped before the end")
        }
    }

    package func set(at path: String) async throws(AnyFault) -> StoredSet {
        try enter("set", path)
        guard let set = state.withLock({ $0.sets[path] }) else {
            throw AnyFault(
                code: "store.no-such-set", summary: "there is no backup set at \(path)", remedy: "None.",
                exitStatus: .usage)
        }
        return set
    }

    // MARK: Inside

    private func enter(_ call: String, _ about: String) throws(AnyFault) {
        let fault: AnyFault? = state.withLock { state in
            state.calls.append("\(call) \(about)")
            guard state.faults[call]?.isEmpty == false else { return nil }
            return state.faults[call]?.removeFirst()
        }
        if let fault { throw fault }
    }

    private static func sound(_ set: StoredSet, _ held: MemoryRestoredDatabase) -> VerificationReport {
        var report = VerificationReport(path: set.path)
        report.tables = held.tables.sorted { $0.key < $1.key }.map { name, rows in
            let reading = MemoryRestoredDatabase.reading(of: rows)
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            return VerificationReport.TableContent(
                schema: parts[0], name: parts.count > 1 ? parts[1] : "", rows: reading.count,
                bytes: reading.bytes, digest: reading.digest)
        }
        report.largeObjects = held.largeObjects.count
        report.largeObjectsDigest = MemoryRestoredDatabase.reading(of: held.largeObjects).digest
        report.settle(with: [])
        return report
    }

    private static func report(
        _ set: StoredSet, _ kind: FindingKind, _ message: String
    ) -> VerificationReport {
        var report = VerificationReport(path: set.path)
        report.settle(with: [Finding(kind, subject: set.manifest.archive, message: message)])
        return report
    }
}
