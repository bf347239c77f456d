import ArchiveFormat
import Databases
import Engine
import Faults
import FoundationEssentials
import Glibc
import Jobs
import Policy
import Processes
import Storage
import TestKit
import Verification

/// A supervisor on real servers, programs, files and archives; only the record is in memory.
final class Bench: Sendable {
    let folder: Folder
    let book: MemoryRunBook
    let store: LocalStore
    let targets: [Target]
    private let observer: any RunObserver
    private let binaries: [ServerBinaries]
    private let plant: Plant?

    /// - Parameters:
    ///   - versions: Of the installations that drills may use; nil takes all.
    ///   - plant: What happens to the restored database before it is compared.
    init(
        _ folder: Folder, targets: [Target] = [], versions: [Int]? = nil, plant: Plant? = nil,
        observer: any RunObserver = NoObserver()
    ) async {
        self.folder = folder
        self.targets = targets
        self.plant = plant
        self.observer = observer
        book = MemoryRunBook(clock: { RealClock.now })
        // As the program makes it: the user of a private server passes through.
        mkdir(folder.path + "/state", 0o711)
        store = LocalStore(name: "local", path: folder.path + "/store")
        let installed = await TemporaryServer.installed()
        binaries = installed.filter { versions?.contains($0.major) ?? true }
    }

    var drills: String { folder.path + "/state/drills" }

    /// Does a run to its end.
    func run(
        _ work: Job.Work, targets names: [String]? = nil, steps: [String: Duration] = [:],
        objectives: Objectives = Objectives()
    ) async throws -> RunRecord {
        let job = Job(
            name: "tested", targets: names, work: work, timeout: .seconds(600), retry: RetryPolicy(),
            stepTimeouts: steps, objectives: objectives, place: Place(file: "jobs/tested.yaml"))
        let run = RunRecord(
            id: UUID(), job: job.name, kind: job.kind, trigger: .hand, owner: ambient.owner, state: .waiting,
            startedAt: RealClock.now)
        await Places.drills.take()
        let record = await supervisor().perform(run, job: job, attemptsMade: 0)
        await Places.drills.giveBack()
        return record
    }

    /// Drills, and gives the report of each set.
    func drill(_ spec: DrillSpec = DrillSpec(), steps: [String: Duration] = [:]) async throws -> Drilled {
        let run = try await run(.drill(spec), steps: steps)
        var reports: [DrillReport] = []
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        for drill in try await book.drills(DrillQuery(run: run.id), limit: 100).sorted(by: {
            $0.ordinal < $1.ordinal
        }) {
            guard let json = try await book.report(ofDrill: drill.ordinal, of: run.id) else { continue }
            reports.append(try decoder.decode(DrillReport.self, from: Data(json.utf8)))
        }
        return Drilled(run: run, reports: reports)
    }

    /// The sets of the store, the oldest first.
    func sets() async throws -> [StoredSet] { try await store.sets().sets.reversed() }

    private func supervisor() -> Supervisor {
        let settings = Settings(
            catalog: .embedded, stateDirectory: folder.path + "/state", targets: targets,
            stores: [StoreSettings(name: "local", path: folder.path + "/store")])
        let book = book
        let journal = JournaledBook(journal: MemoryJournal()) { () async throws(AnyFault) in
            JournaledBook.Catalog(book: book)
        }
        var servers: any RestorePort = RestoreServers(binaries: binaries, base: drills)
        if let plant { servers = PlantedServers(real: servers, plant: plant) }
        let tools = ChildProcesses(
            clientDirectories: binaries.map(\.directory),
            environment: ["PATH": BuiltProgram.searchPath])
        return Supervisor(
            settings: settings,
            ports: Supervisor.Ports(
                book: journal, server: ServerProbe(), tools: tools, stores: ["local": store],
                verifier: ArchiveVerifier(), liveness: RunLocks(stateDirectory: settings.stateDirectory),
                restoring: Supervisor.Restoring(servers: servers, archives: SetArchives()),
                maintaining: MemoryMaintenance(), ambient: ambient, zoneOffset: { _ in 0 }),
            observer: observer)
    }

    private var ambient: Ambient {
        let clock = ContinuousClock()
        let start = clock.now
        return Ambient(
            wallTime: { RealClock.now },
            // A cancelled sleep ends early, which is all that its caller wants to know.
            sleep: { duration in try? await clock.sleep(for: duration) }, uptime: { clock.now - start },
            makeID: { UUID() }, jitter: { 0.5 },
            owner: Owner(
                machine: "test", host: "testhost", pid: getpid(), stateDirectory: folder.path + "/state"))
    }
}

/// What became of the drills of one run.
struct Drilled: CustomStringConvertible {
    var run: RunRecord
    var reports: [DrillReport]

    /// The outcome of the run; nil for one that has not ended.
    var outcome: Outcome? {
        if case .ended(let outcome) = run.state { outcome } else { nil }
    }

    /// The broken lines of all reports, as `check: subject: expected … found …`.
    var broken: [String] { lines(.broken) }

    func lines(_ state: DrillLine.State) -> [String] {
        reports.flatMap(\.lines).filter { $0.state == state }.map {
            "\($0.check.rawValue): \($0.subject): expected \($0.expected ?? "-"), found \($0.found ?? "-")"
        }
    }

    var description: String {
        let verdicts = reports.map { "\($0.verdict.rawValue): \($0.summary)" }
        return (["\(run.state) \(run.summary)"] + verdicts + lines(.broken) + lines(.unknown)).joined(
            separator: "\n")
    }
}
