import Jobs
import Measures
import Policy
import Testing

@Suite struct `A job that maintains` {
    private static func spec(_ text: String) -> MaintainSpec? {
        let (job, faults) = Sample.job("kind: maintain\n" + text)
        #expect(faults.isEmpty, "\(faults)")
        if case .maintain(let spec) = job?.work { return spec }
        return nil
    }

    private static func pattern(_ text: String) -> NamePattern {
        NamePattern(text, isPattern: Glob.isPattern(text)) { Glob.matches(text, $0) }
    }

    @Test func `needs to say nothing, and stops when its window ends or a guard trips`() throws {
        let (job, faults) = Sample.job("kind: maintain\n")
        #expect(faults.isEmpty)
        let found = try #require(job)
        #expect(found.work == .maintain(MaintainSpec()))
        #expect(found.kind == .maintain && found.targets == nil && found.whenCatalogDown == nil)
        #expect(found.atWindowEnd == .stop && found.atGuard == .stop)
        #expect(found.expected == .seconds(600))
        let defaults = MaintainSpec()
        #expect(!defaults.gentleness.truncates && defaults.workers == 1)
        #expect(defaults.gentleness.yieldAfter == .seconds(5))
        let limits = defaults.limits
        #expect(limits.reindex.choice.sizeMin == ByteCount(10 << 20) && limits.reindex.factor == 2)
        #expect(limits.freeze.share == 0.5 && limits.freeze.emergencyAge == 500_000_000)
        #expect(MaintenanceClass.allCases.allSatisfy { limits.choice(of: $0).isOn })
    }

    @Test func `may say everything`() {
        let spec = Self.spec(
            """
            databases: [shop, "app_*"]
            exclude: app_test
            freeze: {share: 0.4, emergency_age: 300000000, max_size: 2TiB}
            vacuum: {factor: 0.8, min_size: 1MiB, include: ["public.*", orders], exclude: public.log}
            analyze: {factor: 1, parents_every: 1d, min_size: 8KiB}
            reindex: {factor: 1.5, min_size: 1GiB, max_size: 50GiB, exclude: [public.orders_pkey]}
            leftovers: false
            blocked_after: 90s
            starving_after: 7
            workers: 4
            cost_delay: 10ms
            cost_limit: 400
            buffer_limit: 2MiB
            lock_timeout: 500ms
            yield_after: 1s
            statement_timeout: 3h
            truncate: true
            """)
        let limits = MaintenanceLimits(
            freeze: FreezeLimits(
                choice: ObjectChoice(sizeMax: ByteCount(2 << 40)), share: 0.4, emergencyAge: 300_000_000),
            vacuum: VacuumLimits(
                choice: ObjectChoice(
                    sizeMin: ByteCount(1 << 20), include: [Self.pattern("public.*"), Self.pattern("orders")],
                    exclude: [Self.pattern("public.log")]), factor: 0.8),
            analyze: AnalyzeLimits(
                choice: ObjectChoice(sizeMin: ByteCount(8 << 10)), factor: 1, parentsEvery: .seconds(86_400)),
            reindex: ReindexLimits(
                choice: ObjectChoice(
                    sizeMin: ByteCount(1 << 30), sizeMax: ByteCount(50 << 30),
                    exclude: [Self.pattern("public.orders_pkey")]), factor: 1.5),
            dropsLeftovers: false, blockerAge: .seconds(90), starvingAfter: 7)
        #expect(
            spec
                == MaintainSpec(
                    databases: ["shop", "app_*"], excludeDatabases: ["app_test"], limits: limits,
                    gentleness: MaintainSpec.Numbers(
                        costDelay: .milliseconds(10), costLimit: 400, bufferLimit: ByteCount(2 << 20),
                        lockTimeout: .milliseconds(500), yieldAfter: .seconds(1), truncates: true,
                        statementTimeout: .seconds(3 * 3600)),
                    workers: 4))
    }

    @Test func `has the patterns of its file match names of the catalog`() throws {
        let spec = try #require(
            Self.spec("vacuum: {include: [\"sales.*\", log_20?? , Orders], exclude: 's\\.ales.x'}\n"))
        let include = try #require(spec.limits.vacuum.choice.include)
        func isIncluded(_ schema: String, _ name: String) -> Bool {
            include.contains { $0.matches(QualifiedName(schema, name)) }
        }
        #expect(isIncluded("sales", "invoice") && !isIncluded("sale", "invoice"))
        #expect(isIncluded("any", "log_2026") && !isIncluded("any", "log_202"))
        #expect(isIncluded("any", "Orders") && !isIncluded("any", "orders"))
        #expect(include.map(\.isPattern) == [true, true, false])
        #expect(include.map(\.text) == ["sales.*", "log_20??", "Orders"])
    }

    @Test(arguments: ["freeze", "vacuum", "analyze", "reindex", "leftovers"])
    func `may leave a class out`(_ name: String) throws {
        let spec = try #require(Self.spec("\(name): false\n"))
        let off = MaintenanceClass.allCases.filter { !spec.limits.choice(of: $0).isOn }.map(\.rawValue)
        #expect(off == [name == "leftovers" ? "leftover" : name])
        #expect(Self.spec("\(name): true\n") == MaintainSpec())
        if name != "leftovers" { #expect(Self.spec("\(name): {}\n") == MaintainSpec()) }
    }

    @Test func `may go on beyond its window if it says so`() {
        let job = Sample.job("kind: maintain\nwindow_end: finish\nguard_trip: finish\nexpected: 2h\n").job
        #expect(job?.atWindowEnd == .finish && job?.atGuard == .finish && job?.expected == .seconds(7200))
    }
}
