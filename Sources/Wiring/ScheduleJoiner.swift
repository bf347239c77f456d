import Cron
import Engine
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy

/// Joins crontab lines with the jobs, windows and zones that they name.
struct ScheduleJoiner {
    private static let options = ["late", "window"]

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
        var late = Schedule.lateDefault
        var window: Schedule.NamedWindow?
        for option in line.options {
            switch option.key {
            case "late":
                do { late = try DurationText.parse(option.value) } catch {
                    report(error, option.place, &faults)
                }
            case "window":
                window = named(option, lineZone ?? zone, &faults)
            default:
                report(WiringFault.optionUnknown(option.key, known: Self.options), option.place, &faults)
            }
        }
        guard faults.count == before, let job, let lineZone else { return nil }
        let key = ScheduleKey(job: job.name, zone: lineZone.name, pattern: line.patternText)
        if let other = seen.updateValue(line.place, forKey: key) {
            report(WiringFault.scheduleTwice(other: other), line.place, &faults)
            return nil
        }
        return Schedule(
            key: key, pattern: line.pattern, zone: lineZone, job: job, window: window, late: late,
            place: line.place)
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

    private func named(_ option: CrontabOption, _ lineZone: Zone, _ faults: inout [AnyFault]) -> Schedule
        .NamedWindow?
    {
        guard let window = windows[option.value] else {
            report(WiringFault.windowUnknown(option.value, known: Array(windows.keys)), option.place, &faults)
            return nil
        }
        do throws(AnyFault) {
            return Schedule.NamedWindow(
                name: option.value, window: window, zone: try window.zoneName.map(zones.zone) ?? lineZone)
        } catch {
            report(error, option.place, &faults)
        }
        return nil
    }

    private func report(_ fault: some Fault, _ place: Place, _ faults: inout [AnyFault]) {
        var copy = AnyFault(fault)
        copy.place = copy.place ?? place
        faults.append(copy)
    }
}
