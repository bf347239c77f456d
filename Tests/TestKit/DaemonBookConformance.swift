package import Engine
import Faults
package import FoundationEssentials
import Testing

/// What daemons must be able to rely on, run on the twin in memory and on the real catalog.
///
/// Each check takes names of its own, so that all of them may share one book that holds other things too.
package enum DaemonBookConformance: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case givesEpochs = "each registration gives a higher epoch than all before it"
    case prolongsLeases = "a lease is prolonged, also one that ran out"
    case endsLeasesOfTheDead = "the lease of a dead process ends at once"
    case saysGoodbye = "who leaves has no lease any more"
    case namesPeers = "a renewal names the others that serve and are alive"
    case listsDaemons = "daemons are listed with how they stand"
    case namesOrphans = "a renewal names the unfinished runs of silent and departed daemons"
    case fencesOff = "who has lost a run may write of nothing any more"
    case leavesTheLivingAlone = "runs of the living, ended ones and nobody's are not taken over"
    case takesOverOnce = "of many that take a run over, one gets it"
    case takesOverTwice = "taking a run over again says the same"
    case takesOverOwn = "a daemon that registers anew takes its own runs back"
    case letsSeatsGo = "a run that is taken over has no seats any more"
    case keepsWritersApart = "of a run only the lease in its row may write"
    case beginsMarks = "a new schedule begins now, and stays where it began"
    case movesMarks = "marks move on and never back"
    case claimsSlots = "claimed runs are there as they were told"
    case claimsTwice = "claiming again changes nothing, and tells who has a slot"
    case claimsAllOrNothing = "a lost lease claims nothing and moves no mark"
    case startsWaiting = "a run that waited starts, for its own lease"
    case endsWaiting = "a run that waited ends without a start"
    case tellsReasons = "what a run waits for is told of it while it waits"
    case asksToStop = "the wish to stop a run reaches its owner"
    case tellsDurations = "durations come for many jobs at once"
    case takesAllOrNone = "seats are taken all or none"
    case keepsLimits = "a seat has so many runs at once"
    case keepsModes = "runs of different modes do not share a seat"
    case takesMore = "seats that a run has count as taken"
    case refusesStrangers = "who has lost a run, or whose run has ended, takes no seats"
    case letsGoAtTheEnd = "a run that ends lets its seats go and leaves the queue"
    case letsGoOnRequest = "a run that waits lets its seats go and leaves the queue; one under way keeps them"
    case keepsPlacesFree = "a queued seat is kept free for who came due earlier"
    case leavesPlacesOver = "places that nobody earlier needs are given away"
    case keepsLooseSeats = "a loose seat is kept only for who waits for just that"
    case ordersQueues = "queues go by slot, then by id; runs by hand by when they were written"
    case ignoresTheDead = "a waiter whose daemon is silent or has left keeps nobody waiting"
    case listsSeats = "seats are listed with who has and who wants them"

    package var testDescription: String { rawValue }

    /// Checks the rule on a book.
    ///
    /// - Parameter expire: Lets the lease of a daemon run out, as time would.
    package func check(
        _ book: any RunBook & DaemonBook, expire: @escaping @Sendable (UUID) async throws -> Void
    ) async throws {
        let bench = DaemonBench(book: book, expire: expire)
        switch self {
        case .givesEpochs: try await givesEpochs(bench)
        case .prolongsLeases: try await prolongsLeases(bench)
        case .endsLeasesOfTheDead: try await endsLeasesOfTheDead(bench)
        case .saysGoodbye: try await saysGoodbye(bench)
        case .namesPeers: try await namesPeers(bench)
        case .listsDaemons: try await listsDaemons(bench)
        case .namesOrphans: try await namesOrphans(bench)
        case .fencesOff: try await fencesOff(bench)
        case .leavesTheLivingAlone: try await leavesTheLivingAlone(bench)
        case .takesOverOnce: try await takesOverOnce(bench)
        case .takesOverTwice: try await takesOverTwice(bench)
        case .takesOverOwn: try await takesOverOwn(bench)
        case .letsSeatsGo: try await letsSeatsGo(bench)
        case .keepsWritersApart: try await keepsWritersApart(bench)
        case .beginsMarks: try await beginsMarks(bench)
        case .movesMarks: try await movesMarks(bench)
        case .claimsSlots: try await claimsSlots(bench)
        case .claimsTwice: try await claimsTwice(bench)
        case .claimsAllOrNothing: try await claimsAllOrNothing(bench)
        case .startsWaiting: try await startsWaiting(bench)
        case .endsWaiting: try await endsWaiting(bench)
        case .tellsReasons: try await tellsReasons(bench)
        case .asksToStop: try await asksToStop(bench)
        case .tellsDurations: try await tellsDurations(bench)
        case .takesAllOrNone, .keepsLimits, .keepsModes, .takesMore, .refusesStrangers, .letsGoAtTheEnd,
            .letsGoOnRequest,
            .keepsPlacesFree, .leavesPlacesOver, .keepsLooseSeats, .ordersQueues, .ignoresTheDead,
            .listsSeats:
            try await checkSeats(bench)
        }
    }
}

/// A book with names that belong to one check.
struct DaemonBench: Sendable {
    let book: any RunBook & DaemonBook
    let expire: @Sendable (UUID) async throws -> Void
    let samples = RunBookSamples()

    func daemon(_ role: DaemonRecord.Role = .serve, started second: Int = 0) -> DaemonRecord {
        DaemonRecord(
            id: UUID(), role: role,
            owner: Owner(machine: "m2", host: "day", pid: 815, stateDirectory: "/var/lib/pgvigil"),
            labels: ["site": "fra", "rack \"a\"": "ü"], version: "1.2.3", startedAt: samples.at(second),
            doing: "starts")
    }

    /// Registers a daemon whose lease lasts long enough for any test.
    func join(_ role: DaemonRecord.Role = .serve) async throws -> Lease {
        try await book.register(daemon(role), for: .seconds(3600), dead: [])
    }

    /// Makes a daemon that has a lease but no claim on it any more; somebody took its run over.
    func fenced() async throws -> Lease {
        let lease = try await join()
        let run = try await waiting(lease)
        try await expire(lease.daemon)
        #expect(try await book.takeOver(run.id, owner: run.owner, lease: join()) != nil)
        return lease
    }

    /// A run that waits, claimed for a slot of its own schedule or by hand.
    func waiting(_ lease: Lease, slot second: Int? = 0, job: String? = nil) async throws -> RunRecord {
        var run = samples.run(at: second ?? 0)
        if let job { run.job = job }
        if let second { run.trigger = samples.slot(at: second, pattern: "@\(UUID())") }
        run.state = .waiting
        #expect(try await book.claim([run], marks: [:], lease: lease) == [run.id: .begun])
        run.lease = lease
        return run
    }

    func stored(_ run: UUID) async throws -> RunRecord? {
        try await book.runs(idPrefix: run.uuidString.lowercased()).first
    }

    func news(_ lease: Lease) async throws -> Renewal.News? {
        switch try await book.renew(lease, for: .seconds(3600), doing: "goes on") {
        case .held(let news): news
        case .lost: nil
        }
    }

    /// How a daemon is listed; nil unless it is.
    func listed(_ daemon: UUID) async throws -> DaemonRecord? {
        try await book.daemons().first { $0.id == daemon }
    }

    /// The code of the fault that a call throws; nil if it throws none.
    func code(_ call: () async throws(AnyFault) -> Void) async -> String? {
        do throws(AnyFault) {
            try await call()
            return nil
        } catch {
            return error.code
        }
    }
}
