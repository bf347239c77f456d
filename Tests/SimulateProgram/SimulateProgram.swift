import Dispatch
import Glibc
import Simulation
import Synchronization

@main struct SimulateProgram {
    /// More failing seeds than this are not told of.
    private static let failuresMax = 12
    private static let coresMax = 64
    /// Fewer seeds need not have seen everything.
    private static let seedsForAll: UInt64 = 5000

    static func main() {
        startAnewWithFixedHashes()
        guard let options = Options(Array(CommandLine.arguments.dropFirst())) else {
            print(Options.usage)
            exit(2)
        }
        if let seed = options.seed {
            let report = Simulation.run(seed: seed, lines: options.lines)
            for line in report.trace { print(line) }
            printTable(report.tally)
            print("digest \(report.digest)")
            exit(tell(report) ? 0 : 1)
        }
        exit(runAll(options) ? 0 : 1)
    }

    /// Swift seeds its hashes anew in each process, and with them the order of dictionaries. Nothing here is meant to
    /// depend on that; should something do so by mistake, a seed shall still show the same world each time.
    ///
    /// Where it cannot be started anew it goes on as it is.
    private static func startAnewWithFixedHashes() {
        let name = "SWIFT_DETERMINISTIC_HASHING"
        guard getenv(name) == nil else { return }
        setenv(name, "1", 1)
        execv("/proc/self/exe", CommandLine.unsafeArgv)
    }

    /// What all cores have found together.
    private struct Sum: Sendable {
        var tally = Tally()
        var failed: [UInt64] = []
        var done: UInt64 = 0
        var next: UInt64
        /// Of all digests; the order of seeds does not matter.
        var digest: UInt64 = 0
    }

    private static func runAll(_ options: Options) -> Bool {
        let sum = Mutex(Sum(next: options.first))
        let last = options.first + options.seeds
        let clock = ContinuousClock()
        let began = clock.now
        let cores = min(coresMax, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        DispatchQueue.concurrentPerform(iterations: cores) { _ in
            while let seed = take(sum, last) {
                let report = Simulation.run(seed: seed)
                sum.withLock { sum in
                    sum.tally.add(report.tally)
                    sum.digest &+= report.digest &* (2 &* seed &+ 1)
                    sum.done += 1
                    if !report.violations.isEmpty { sum.failed.append(seed) }
                    if sum.done % 1000 == 0 {
                        print(
                            "\(sum.done) of \(options.seeds) seeds, \(clock.now - began), \(sum.failed.count) failed"
                        )
                        fflush(nil)
                    }
                }
            }
        }
        let result = sum.withLock { $0 }
        printTable(result.tally)
        print("\(result.done) seeds in \(clock.now - began), digest \(result.digest)")
        for seed in result.failed.sorted().prefix(failuresMax) {
            _ = tell(Simulation.run(seed: seed, lines: 40))
        }
        return result.failed.isEmpty && hasSeenAll(result.tally, options.seeds)
    }

    /// The next seed; none once so many have failed that more would say no more.
    private static func take(_ sum: borrowing Mutex<Sum>, _ last: UInt64) -> UInt64? {
        sum.withLock { sum in
            guard sum.next < last, sum.failed.count < failuresMax else { return nil }
            defer { sum.next += 1 }
            return sum.next
        }
    }

    /// Whether enough seeds have seen each kind of mishap and of outcome.
    private static func hasSeenAll(_ tally: Tally, _ seeds: UInt64) -> Bool {
        guard seeds >= seedsForAll else { return true }
        let unseen = Tally.expected.filter { tally.counts[$0, default: 0] == 0 }
        if !unseen.isEmpty { print("never happened: \(unseen.joined(separator: ", "))") }
        return unseen.isEmpty
    }

    private static func printTable(_ tally: Tally) {
        for (what, count) in tally.counts.sorted(by: { $0.key < $1.key }) {
            let digits = String(count)
            print(String(repeating: " ", count: max(0, 12 - digits.count)) + digits + "  " + what)
        }
    }

    /// Tells of a seed that failed, and how to see it again; true if it did not fail.
    private static func tell(_ report: SimulationReport) -> Bool {
        guard !report.violations.isEmpty else { return true }
        print("\nseed \(report.seed) failed:")
        for line in report.trace.suffix(40) { print("    \(line)") }
        for violation in report.violations.prefix(4) { print("  \(violation)") }
        print("  swift run -c release pgvigil-simulate --seed \(report.seed) --trace")
        return false
    }
}
