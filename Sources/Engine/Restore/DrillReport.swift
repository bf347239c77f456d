package import FoundationEssentials

/// What a drill proved of one backup; its JSON is an interface, documented in `docs/json.md`.
package struct DrillReport: Sendable, Equatable, Codable {
    package var backup: Backup
    package var server: Server
    /// When the drill began.
    package var started: Date
    package var proof: Proof
    package var verdict: Verdict
    /// One line that says why, for people.
    package var summary: String
    /// Everything that was looked at, in the order of the checks; at most ``brokenMax`` of them broken.
    package private(set) var lines: [DrillLine]
    /// Broken ones beyond those in ``lines``.
    package private(set) var brokenOmitted: Int
    package var phases: [Phase]
    /// From the first byte to the first answer; nil if it did not come to that.
    package var recoverySeconds: Double?
    /// What the recovery may take; nil without an objective.
    package var objectiveSeconds: Double?
    /// How this machine compares with the one whose server was saved.
    package var hosts: String?
    /// Processes that worked at once.
    package var workers: Int
    /// Bytes that PostgreSQL could take for caches and sorting.
    package var memory: Int64?
    /// Bytes that the restored cluster could take on the disk.
    package var disk: Int64?
    /// Bytes that it took.
    package var diskUsed: Int64?

    /// More broken lines are counted, not named.
    package static let brokenMax = 200

    /// A report whose verdict follows from its lines.
    package init(
        backup: Backup, server: Server, started: Date, proof: Proof, expectation: Expectation,
        lines: [DrillLine], phases: [Phase], recoverySeconds: Double? = nil, objectiveSeconds: Double? = nil,
        hosts: String? = nil, workers: Int, memory: Int64? = nil, disk: Int64? = nil, diskUsed: Int64? = nil
    ) {
        self.backup = backup
        self.server = server
        self.started = started
        self.proof = proof
        (verdict, summary) = Self.judge(lines, expectation)
        (self.lines, brokenOmitted) = Self.limited(lines)
        self.phases = phases
        self.recoverySeconds = recoverySeconds
        self.objectiveSeconds = objectiveSeconds
        self.hosts = hosts
        self.workers = workers
        self.memory = memory
        self.disk = disk
        self.diskUsed = diskUsed
    }

    /// Which backup it is that was restored.
    package struct Backup: Sendable, Equatable, Codable {
        package var id: String
        package var store: String
        /// Inside the store.
        package var path: String
        package var target: String
        package var database: String
        /// The instant of the schedule that it answers; nil for a run by hand.
        package var slot: Date?
        package var started: Date
        package var serverVersion: String
        package var bytes: Int64

        package init(
            id: String, store: String, path: String, target: String, database: String, slot: Date?,
            started: Date, serverVersion: String, bytes: Int64
        ) {
            self.id = id
            self.store = store
            self.path = path
            self.target = target
            self.database = database
            self.slot = slot
            self.started = started
            self.serverVersion = serverVersion
            self.bytes = bytes
        }
    }

    /// What it was restored into.
    package struct Server: Sendable, Equatable, Codable {
        package var version: String
        /// The target whose server it is; nil for a private cluster that is thrown away.
        package var target: String?

        package init(version: String, target: String? = nil) {
            self.version = version
            self.target = target
        }
    }

    /// How far the content of tables is compared.
    package enum Proof: String, Sendable, Equatable, Codable, CaseIterable {
        /// Rows are counted.
        case rows
        /// Rows are counted and digested.
        case content
    }

    /// The three answers, never mixed up; the raw value is the text in the catalog and in JSON.
    package enum Verdict: String, Sendable, Equatable, Codable, CaseIterable {
        case proven
        case broken
        case couldNotVerify = "could not verify"
    }

    /// How long one part of the drill took.
    package struct Phase: Sendable, Equatable, Codable {
        package var name: String
        package var seconds: Double

        package init(name: String, seconds: Double) {
            self.name = name
            self.seconds = seconds
        }
    }

    /// In the order of the checks, and of one check as they came; only so many that are broken.
    private static func limited(_ lines: [DrillLine]) -> (kept: [DrillLine], omitted: Int) {
        let places = Dictionary(
            uniqueKeysWithValues: DrillLine.Check.allCases.enumerated().map { ($1, $0) })
        func place(_ line: DrillLine) -> Int { places[line.check] ?? 0 }
        let sorted = lines.enumerated().sorted {
            (place($0.element), $0.offset) < (place($1.element), $1.offset)
        }.map(\.element)
        var broken = 0
        let kept = sorted.filter { line in
            guard line.state == .broken else { return true }
            broken += 1
            return broken <= brokenMax
        }
        return (kept, max(0, broken - brokenMax))
    }
}
