import ArchiveFormat
import Engine
import Faults
import FoundationEssentials
import Measures
import Synchronization

/// A set that is being written in memory.
final class MemoryIncomingSet: IncomingSet {
    let directory: String
    private let store: MemoryBackupStore
    private let path: String
    private let run: UUID
    private let read = Mutex<[Manifest.File]?>(nil)

    init(store: MemoryBackupStore, directory: String, path: String, run: UUID) {
        self.store = store
        self.directory = directory
        self.path = path
        self.run = run
    }

    func makeFile(_ name: String) async throws(AnyFault) -> any IncomingFile {
        _ = try files()
        store.state.withLock { $0.incoming[directory]?[name] = [] }
        return MemoryIncomingFile(store: store, directory: directory, name: name)
    }

    func writePrivate(_ name: String, _ text: Secret) async throws(AnyFault) -> String {
        _ = try files()
        let path = "\(directory).private/\(name)"
        store.state.withLock { $0.secrets[path] = text }
        return path
    }

    func readBack() async throws(AnyFault) -> [Manifest.File] {
        let files = try files()
        try store.check(.readBack)
        let found = files.map {
            Manifest.File(path: $0.key, size: Int64($0.value.count), sha256: digest($0.value))
        }
        .sorted { $0.path < $1.path }
        read.withLock { $0 = found }
        return found
    }

    func publish(_ manifest: Manifest, at started: Date) async throws(AnyFault) -> StoredSet {
        let files = try files()
        try store.check(.publish)
        guard let read = read.withLock({ $0 }), read == manifest.files.sorted(by: { $0.path < $1.path }),
            manifest.run == run, path == expected(manifest)
        else {
            throw MemoryBackupStore.fault(
                "store.not-read-back", "the set was not read back as its manifest says")
        }
        let instant = started.formatted(Date.ISO8601FormatStyle(timeSeparator: .omitted))
        let path = "\(path)/\(instant)-\(run.uuidString.lowercased())"
        let set = StoredSet(
            store: store.name, path: path, directory: "/memory/\(store.name)/\(path)", manifest: manifest)
        let isNew = store.state.withLock { state in
            guard state.contents[path] == nil else { return false }
            state.contents[path] = files
            state.sets.append(set)
            forget(&state)
            return true
        }
        guard isNew else {
            throw MemoryBackupStore.fault("store.set-exists", "there is a set at \(path) already")
        }
        return set
    }

    func discard() async {
        store.state.withLock { forget(&$0) }
    }

    private func expected(_ manifest: Manifest) -> String {
        [manifest.target, manifest.database.name]
            .map { $0.replacing("%", with: "%25").replacing("/", with: "%2F") }.joined(separator: "/")
    }

    private func forget(_ state: inout MemoryBackupStore.State) {
        state.incoming[directory] = nil
        state.secrets = state.secrets.filter { !$0.key.hasPrefix("\(directory).private/") }
    }

    /// The files so far, while the set is open.
    private func files() throws(AnyFault) -> [String: [UInt8]] {
        guard let files = store.state.withLock({ $0.incoming[directory] }) else {
            throw MemoryBackupStore.fault("store.ended", "the set is published or discarded already")
        }
        return files
    }

    /// 64 hexadecimal digits: FNV-1a with four different starts.
    private func digest(_ bytes: [UInt8]) -> String {
        (0..<4).map { start in
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325 &+ UInt64(start)
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            let digits = String(hash, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

/// A file of a set in memory.
final class MemoryIncomingFile: IncomingFile {
    private struct State {
        var start: Int?
        var isFinished = false
    }

    private let store: MemoryBackupStore
    private let directory: String
    private let name: String
    private let state = Mutex(State())

    init(store: MemoryBackupStore, directory: String, name: String) {
        self.store = store
        self.directory = directory
        self.name = name
    }

    var size: ByteCount {
        ByteCount(Int64(store.state.withLock { $0.incoming[directory]?[name]?.count ?? 0 }))
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(AnyFault) {
        try checkOpen()
        try store.check(.write)
        let taken = Array(bytes)
        store.state.withLock { $0.incoming[directory]?[name]?.append(contentsOf: taken) }
    }

    func beginTail() throws(AnyFault) {
        try checkOpen()
        let size = Int(size.bytes)
        let isFirst = state.withLock { state in
            defer { state.start = state.start ?? size }
            return state.start == nil
        }
        if !isFirst { throw badStart }
    }

    func replaceStart(_ bytes: [UInt8]) throws(AnyFault) {
        try checkOpen()
        guard let start = state.withLock({ $0.start }), start == bytes.count else { throw badStart }
        store.state.withLock { $0.incoming[directory]?[name]?.replaceSubrange(..<start, with: bytes) }
    }

    func finish() throws(AnyFault) {
        state.withLock { $0.isFinished = true }
    }

    private var badStart: AnyFault {
        MemoryBackupStore.fault("store.bad-start", "the start of \(name) cannot be replaced so")
    }

    private func checkOpen() throws(AnyFault) {
        if state.withLock({ $0.isFinished }) {
            throw MemoryBackupStore.fault("store.ended", "\(name) is finished")
        }
    }
}
