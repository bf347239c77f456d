import Engine
import FoundationEssentials
import Jobs

/// A world before it begins, and all that will befall it; a seed makes one, or a test.
///
/// Times are in milliseconds; those of mishaps count from the start.
package struct Scenario {
    package var seed: UInt64
    /// True time at the start, in milliseconds since 1970.
    var start: Int64
    /// For so long mishaps happen.
    var length: Int64
    /// And for so long everything is up after that.
    var calm: Int64
    var hosts: Int
    /// The first so many serve from the start on.
    var daemons: [DaemonPlan]
    var jobs: [String: Job]
    var schedules: [Schedule]
    var targets: [Target]
    /// Of each target.
    var databases: [String: [String]]
    var limits: Limits
    var lease: Duration
    var grace: Duration
    var luck = Luck()
    var mishaps: [(at: Int64, what: Mishap)] = []
    var sabotage: Sabotage?

    /// A daemon that is started again after each of its ends.
    struct DaemonPlan {
        var host: Int
        var labels: [String: String] = [:]
    }

    /// How likely things are, and how long they take.
    struct Luck {
        /// Of one preflight.
        var serverAway = 0.0
        /// Of one dump: a fault that may pass.
        var dumpFails = 0.0
        /// A fault that does not.
        var dumpRefused = 0.0
        var hangs = 0.0
        /// Of one check before publication.
        var damaged = 0.0
        var undecided = 0.0
        /// Of one record or prune.
        var afterwardFails = 0.0
        /// Of a call of the catalog: nothing happens.
        var callFails = 0.0
        /// It happens, and the answer is lost.
        var answerLost = 0.0
        var latencyMax: Int64 = 50
        var dumpMin: Int64 = 20_000
        var dumpMax: Int64 = 300_000
        /// Children that do not die on the polite signal.
        var stubborn = 0.0
        var writesSteps = false
    }
}

/// What befalls the world; daemons are named by their place in the plan, hosts by number.
enum Mishap {
    /// Dies at its so many-eth next deed, before it or just after its effect, and is started again after a while.
    case crash(Int, deeds: Int, afterEffect: Bool, downFor: Int64)
    case freeze(Int, for: Int64)
    /// Nil: nobody reaches the catalog.
    case outage(Int?, for: Int64)
    /// Cut off from the catalog just after it has given its next run to be performed.
    case outageAtWork(Int, for: Int64)
    case clockStep(host: Int, by: Int64)
    case suspend(host: Int, for: Int64)
    case hand(host: Int, job: String)
    case cancel
    case stop(Int, downFor: Int64, twice: Bool)
    /// From now on only these schedules, by their place; nil means all.
    case reload(Int, [Int]?)
    case fullDisk(host: Int, for: Int64)
    case guardsTrip(for: Int64)
    case rot(host: Int)
}
