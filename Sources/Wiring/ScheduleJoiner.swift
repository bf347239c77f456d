import Cron
import Engine
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy

/// Joins crontab lines with the jobs, windows and zones that they name.
struct ScheduleJoiner {
    private static let options = ["catchup", "late", "overlap", "window"]

    let jobs: [Job]
    /// Jobs that exist and could not be read.
    let faultyJobs: Set<String>
    let windows: [String: Window]
    let zones: ZoneFiles
    let zone: Zone
    let now: Date
    private var seen: [ScheduleKey: Place] = [:]

    init(
        jobs: [Job], faultyJobs: Set<String>, windows: [String: Window], zones: ZoneFiles, zone: Zone,
        now: Date
    ) {
        self.jobs = jobs
        self.faultyJobs = faultyJobs
        self.windows = windows
        self.zones = zones
        self.zone = zone
        self.now = now
    }

    /// The schedule of a line; nil when something that it names is wrong, which is reported.
    mutating func join(_ line: CrontabLine, _ faults: inout [AnyFault]) -> Schedule? {
        let before = faults.count
        let job = jobs.first { $0.name == line.job }
        if job == nil, !faultyJobs.contains(line.job) {
            report(
                WiringFault.noSuchJob(line.job, known: jobs.map(\.name) + faultyJobs), line.jobPlace, &faults)
        }
        let lineZone = zone(of: line, &faults)
        if let lineZone {
            do { try line.pattern.checkFires(after: now, in: lineZone) } catch {
                report(error, line.place, &faults)
            }
        }
        let choices = choices(of: line, lineZone ?? zone, &faults)
        guard faults.count == before, let job, let lineZone else { return nil }
        let key = ScheduleKey(job: job.name, zone: lineZone.name, pattern: line.patternText)
        if let other = seen.updateValue(line.place, forKey: key) {
            report(WiringFault.scheduleTwice(other: other), line.place, &faults)
            return nil
        }
        return Schedule(
            key: key, pattern: line.pattern, zone: lineZone, job: job, window: choices.window,
            late: choices.late, catchUp: choices.catchUp, overlap: choices.overlap, place: line.place)
    }

    /// What the options of a line say, with the defaults for what they do not.
    private struct Choices {
        var window: Schedule.NamedWindow?
        var late = Schedule.lateDefault
        var catchUp = CatchUp.latest
        var overlap = Overlap.skip
    }

    private func choices(of line: CrontabLine, _ lineZone: Zone, _ faults: inout [AnyFault]) -> Choices {
        var choices = Choices()
        for option in line.options {
            do throws(AnyFault) {
                try read(option, lineZone, into: &choices)
            } catch {
                report(error, option.place, &faults)
            }
        }
        return choices
    }

    private func read(
        _ option: CrontabOption, _ lineZone: Zone, into choices: inout Choices
    ) throws(AnyFault) {
        switch option.key {
        case "late": choices.late = try lateness(option.value)
        case "catchup":
            do { choices.catchUp = try CatchUp.parse(option.value) } catch { throw AnyFault(error) }
        case "overlap":
            do { choices.overlap = try Overlap.parse(option.value) } catch { throw AnyFault(error) }
        case "window": choices.window = try named(option.value, lineZone)
        default: throw AnyFault(WiringFault.optionUnknown(option.key, known: Self.options))
        }
    }

    private func lateness(_ text: String) throws(AnyFault) -> Duration {
        let late: Duration
        do { late = try DurationText.parse(text) } catch { throw AnyFault(error) }
        guard late >= .seconds(1), late <= .seconds(366 * 86_400) else {
            throw AnyFault(WiringFault.lateOutOfBounds(text))
        }
        return late
    }

    private func zone(of line: CrontabLine, _ faults: inout [AnyFault]) -> Zone? {
        guard let name = line.zoneName else { return zone }
        do {
            return try zones.zone(name)
        } catch {
            report(error, line.zonePlace ?? line.place, &faults)
            return nil
        }
    }

    private func named(_ name: String, _ lineZone: Zone) throws(AnyFault) -> Schedule.NamedWindow {
        guard let window = windows[name] else {
            throw AnyFault(WiringFault.windowUnknown(name, known: Array(windows.keys)))
        }
        return Schedule.NamedWindow(
            name: name, window: window, zone: try window.zoneName.map(zones.zone) ?? lineZone)
    }

    private func report(_ fault: some Fault, _ place: Place, _ faults: inout [AnyFault]) {
        var copy = AnyFault(fault)
        copy.place = copy.place ?? place
        faults.append(copy)
    }
}
