package import ArchiveFormat
package import Engine
package import Faults
package import FoundationEssentials
package import Measures
import Synchronization

/// A store in memory, for tests of what stands on one.
///
/// Its hashes have the shape of a SHA-256 and tell contents apart; they are none. Any call can be made to
/// fail.
package final class MemoryBackupStore: BackupStore {
    /// The calls that can be made to fail.
    package enum Call: Hashable, Sendable, CaseIterable {
        case open, freeSpace, begin, write, readBack, publish, sets, remove, hold, mark, prove, noteVerified
    }

    struct State {
        var failures: [Call: AnyFault] = [:]
        var free = ByteCount(1 << 40)
        var sets: [StoredSet] = []
        var contents: [String: [String: [UInt8]]] = [:]
        var strangers: [StoreListing.Stranger] = []
        var incoming: [String: [String: [UInt8]]] = [:]
        var secrets: [String: Secret] = [:]
        var count = 0
    }

    /// As settings call it.
    package let name: String
    let state = Mutex(State())

    /// An empty store.
    package init(name: String = "local") {
        self.name = name
    }

    /// Makes a call fail from now on, or work again with nil.
    package func fail(_ call: Call, with fault: AnyFault?) {
        state.withLock { $0.failures[call] = fault }
    }

    /// Sets what ``freeSpace()`` answers.
    package func setFreeSpace(_ free: ByteCount) {
        state.withLock { $0.free = free }
    }

    /// Puts something into the listing that is no set.
    package func add(stranger: StoreListing.Stranger) {
        state.withLock { $0.strangers.append(stranger) }
    }

    /// Writes a file as a program would that was given a path in an incoming set; false for any other path.
    package func write(_ bytes: [UInt8], to path: String) -> Bool {
        state.withLock { state in
            guard let folder = state.incoming.keys.first(where: { path.hasPrefix("\($0)/") }) else {
                return false
            }
            state.incoming[folder]?[String(path.dropFirst(folder.count + 1))] = bytes
            return true
        }
    }

    /// The files of a published set by their paths.
    package func contents(of set: StoredSet) -> [String: [UInt8]] {
        state.withLock { $0.contents[set.path] ?? [:] }
    }

    /// Folders of sets that are neither published nor discarded.
    package var incomingFolders: [String] { state.withLock { $0.incoming.keys.sorted() } }

    /// Private files that are still there, by their paths.
    package var secrets: [String: Secret] { state.withLock { $0.secrets } }

    package func open() async throws(AnyFault) -> [String] {
        try check(.open)
        return []
    }

    package func freeSpace() async throws(AnyFault) -> ByteCount {
        try check(.freeSpace)
        return state.withLock { $0.free }
    }

    package func beginIncoming(
        run: UUID, target: String, database: String
    ) async throws(AnyFault) -> any IncomingSet {
        try check(.begin)
        let path = "\(try Self.folder(target))/\(try Self.folder(database))"
        let folder = state.withLock { state in
            state.count += 1
            let folder = "/memory/\(name)/.incoming/\(run.uuidString.lowercased())/\(state.count)"
            state.incoming[folder] = [:]
            return folder
        }
        return MemoryIncomingSet(store: self, directory: folder, path: path, run: run)
    }

    package func sets() async throws(AnyFault) -> StoreListing {
        try check(.sets)
        return state.withLock { state in
            StoreListing(
                sets: state.sets.sorted { ($0.manifest.started, $0.path) > ($1.manifest.started, $1.path) },
                strangers: state.strangers)
        }
    }

    package func remove(_ set: StoredSet) async throws(AnyFault) {
        try check(.remove)
        try change(set) { state, index in
            if let reason = state.sets[index].held {
                return Self.fault("store.held", "the backup set \(set.path) is held: \(reason)")
            }
            state.sets.remove(at: index)
            state.contents[set.path] = nil
            return nil
        }
    }

    package func hold(_ set: StoredSet, reason: String?) async throws(AnyFault) {
        try check(.hold)
        try change(set) { state, index in
            state.sets[index].held = reason.map(FaultText.oneLine)
            return nil
        }
    }

    package func mark(_ set: StoredSet, damaged: String?) async throws(AnyFault) {
        try check(.mark)
        try change(set) { state, index in
            state.sets[index].damaged = damaged.map(FaultText.oneLine)
            return nil
        }
    }

    package func prove(_ set: StoredSet, _ proof: Manifest.Proof) async throws(AnyFault) -> StoredSet {
        try check(.prove)
        return try edit(set) { $0.noteProof(proof) }
    }

    package func noteVerified(
        _ set: StoredSet, level: Manifest.Verification.Level, at: Date
    ) async throws(AnyFault) -> StoredSet {
        try check(.noteVerified)
        return try edit(set) { $0.noteVerification(level, at: at) }
    }

    private func edit(_ set: StoredSet, _ work: (inout Manifest) -> Void) throws(AnyFault) -> StoredSet {
        var edited = set
        try change(set) { state, index in
            work(&state.sets[index].manifest)
            edited.manifest = state.sets[index].manifest
            return nil
        }
        return edited
    }
}

extension MemoryBackupStore {
    func check(_ call: Call) throws(AnyFault) {
        if let fault = state.withLock({ $0.failures[call] }) { throw fault }
    }

    private func change(
        _ set: StoredSet, _ work: (inout State, Int) -> AnyFault?
    ) throws(AnyFault) {
        let fault: AnyFault? = state.withLock { state in
            guard let index = state.sets.firstIndex(where: { $0.path == set.path }) else {
                return Self.fault("store.no-such-set", "there is no backup set at \(set.path)")
            }
            return work(&state, index)
        }
        if let fault { throw fault }
    }

    /// The name as a folder: what a path cannot hold is replaced so that different names stay different.
    private static func folder(_ name: String) throws(AnyFault) -> String {
        let folder = name.replacing("%", with: "%25").replacing("/", with: "%2F")
        guard !name.isEmpty, folder.utf8.count <= 200 else {
            throw fault("store.bad-name", "'\(name)' is no name")
        }
        return folder
    }

    static func fault(_ code: String, _ summary: String) -> AnyFault {
        AnyFault(
            code: code, summary: summary, remedy: "This store is a twin in memory.", exitStatus: .badResult)
    }
}
