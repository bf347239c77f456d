import Cron
import Engine
package import Faults
import FoundationEssentials
import Glibc
import Jobs
import Measures

/// Reads `pgvigil.yaml`, `jobs/*.yaml` and `cron/*.cron`, joins them, and finds every fault in them.
package struct ConfigurationLoader: Sendable {
    private let surroundings: Surroundings
    private let directory: String
    private let wasNamed: Bool
    private let zones: ZoneFiles

    /// - Parameter directory: What `--config` says; without it `PGVIGIL_CONFIG`, the working folder if it holds
    ///   configuration, else `/etc/pgvigil`.
    package init(surroundings: Surroundings, directory: String?) {
        self.surroundings = surroundings
        zones = ZoneFiles(environment: surroundings.environment)
        let named = directory ?? surroundings.environment["PGVIGIL_CONFIG"]
        wasNamed = named != nil
        if let named {
            self.directory = named.hasPrefix("/") ? named : "\(surroundings.workingDirectory)/\(named)"
        } else {
            let here = surroundings.workingDirectory
            let holds = ["pgvigil.yaml", "jobs", "cron"].contains {
                FileManager.default.fileExists(atPath: "\(here)/\($0)")
            }
            let fallback = "/etc/pgvigil"
            self.directory = !holds && FileManager.default.fileExists(atPath: fallback) ? fallback : here
        }
    }

    /// Reads all of it.
    ///
    /// - Parameter needsTargets: Whether a configuration without any target is a fault; what is in the stores can be
    ///   read without, on a new machine for instance.
    /// - Throws: ``FaultList`` with every fault found.
    package func load(needsTargets: Bool = true) throws(FaultList) -> LoadedConfiguration {
        var (configuration, faults) = examine()
        if !needsTargets, faults.contains(where: { $0.code == JobsFault.noTargets.code }) {
            faults.removeAll {
                $0.code == JobsFault.noTargets.code
                    || $0.code == JobsFault.unknownTarget("", nearest: nil, known: []).code
            }
        }
        guard faults.isEmpty, let configuration else { throw FaultList(faults) }
        return configuration
    }

    /// Reads all of it, and gives what could be read together with every fault.
    package func examine() -> (LoadedConfiguration?, [AnyFault]) {
        var faults: [AnyFault] = []
        var isFolder = false
        if wasNamed, !FileManager.default.fileExists(atPath: directory, isDirectory: &isFolder) || !isFolder {
            return (nil, [AnyFault(WiringFault.noSuchDirectory(directory))])
        }
        let source = source(&faults)
        let reading = ConfigurationParser.read(source)
        faults += reading.faults
        let (settings, jobs) = (reading.settings, reading.jobs)
        let zone = defaultZone(settings, &faults)
        var joiner = ScheduleJoiner(
            jobs: jobs, faultyJobs: faultyJobs(source, besides: jobs), windows: settings?.windows ?? [:],
            zones: zones, zone: zone, now: surroundings.ambient(stateDirectory: "").wallTime())
        let schedules = readSchedules(&joiner, &faults)
        guard let settings else { return (nil, faults) }
        return (
            LoadedConfiguration(
                directory: directory, settings: settings, jobs: jobs, schedules: schedules, zone: zone,
                learned: learned(settings, zone, &faults)),
            faults
        )
    }

    /// The texts of the files, with what stands behind them.
    private func source(_ faults: inout [AnyFault]) -> ConfigurationSource {
        let defaults = SettingsDefaults(
            stateDirectory: "\(surroundings.baseDirectory)/state",
            storePath: "\(surroundings.baseDirectory)/store",
            home: surroundings.home, baseDirectory: directory, isZone: zones.has)
        let path = "\(directory)/pgvigil.yaml"
        let settings = isAbsent(path) ? nil : file(path, &faults)
        return ConfigurationSource(
            settings: settings, jobs: jobFiles(&faults), environment: surroundings.environment,
            defaults: defaults, readSecretFile: SecretFiles.read)
    }

    /// The files of the jobs folder; without the folder the jobs that are built in.
    private func jobFiles(_ faults: inout [AnyFault]) -> [ConfigurationSource.File] {
        if isAbsent("\(directory)/jobs") {
            return Shipped.jobs.map { .init(path: "jobs/\($0.name).yaml", text: $0.text) }
        }
        return list("jobs", [".yaml", ".yml"], &faults).compactMap { file($0, &faults) }
    }

    private func file(_ path: String, _ faults: inout [AnyFault]) -> ConfigurationSource.File? {
        read(path, &faults).map { .init(path: shown(path), text: $0) }
    }

    /// Jobs whose files have faults: a crontab may name them, and what is wrong has been said.
    private func faultyJobs(_ source: ConfigurationSource, besides jobs: [Job]) -> Set<String> {
        let names = source.jobs.map { file in
            String((file.path.split(separator: "/").last ?? "").prefix { $0 != "." })
        }
        return Set(names).subtracting(jobs.map(\.name))
    }

    private func defaultZone(_ settings: Settings?, _ faults: inout [AnyFault]) -> Zone {
        do {
            return try zones.zone(settings?.zoneName ?? surroundings.zoneName)
        } catch {
            faults.append(error)
            return .utc
        }
    }

    /// The windows that are learned, each with the clocks that it goes by.
    private func learned(_ settings: Settings, _ zone: Zone, _ faults: inout [AnyFault]) -> [LearnedHours] {
        var learned: [LearnedHours] = []
        for (name, window) in settings.learnedWindows.sorted(by: { $0.key < $1.key }) {
            do throws(AnyFault) {
                let own = try window.zoneName.map(zones.zone) ?? zone
                learned.append(LearnedHours(name: name, window: window, zone: own))
            } catch {
                faults.append(error)
            }
        }
        return learned
    }

    private func readSchedules(_ joiner: inout ScheduleJoiner, _ faults: inout [AnyFault]) -> [Schedule] {
        var schedules: [Schedule] = []
        for crontab in crontabs(&faults) {
            var (lines, found) = Crontab.parse(crontab.text, file: crontab.path)
            for line in lines {
                if let schedule = joiner.join(line, &found) { schedules.append(schedule) }
            }
            // Two readers have looked at the file; a person reads it from the top.
            faults += found.sorted {
                ($0.place?.line ?? 0, $0.place?.column ?? 0) < ($1.place?.line ?? 0, $1.place?.column ?? 0)
            }
        }
        return schedules
    }

    /// The files of the cron folder; where there is neither that nor a folder of jobs, the crontab that is built in
    /// goes with the jobs that are.
    private func crontabs(_ faults: inout [AnyFault]) -> [ConfigurationSource.File] {
        if isAbsent("\(directory)/cron"), isAbsent("\(directory)/jobs") {
            return [.init(path: "cron/nights.cron", text: Shipped.nights)]
        }
        return list("cron", [".cron"], &faults).compactMap { file($0, &faults) }
    }

    /// Paths relative to the working folder read better in messages.
    private func shown(_ path: String) -> String {
        let prefix = surroundings.workingDirectory + "/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }

    /// Whether nothing is there, which differs from what is there and may not be read.
    private func isAbsent(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) != 0 && errno == ENOENT
    }

    private func list(_ folder: String, _ suffixes: [String], _ faults: inout [AnyFault]) -> [String] {
        let path = "\(directory)/\(folder)"
        if isAbsent(path) { return [] }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            faults.append(
                AnyFault(WiringFault.unreadable(path: shown(path), why: "it is forbidden or no folder")))
            return []
        }
        return names.filter { name in !name.hasPrefix(".") && suffixes.contains { name.hasSuffix($0) } }
            .sorted().map { "\(path)/\($0)" }
    }

    private func read(_ path: String, _ faults: inout [AnyFault]) -> String? {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            faults.append(
                AnyFault(
                    WiringFault.unreadable(path: shown(path), why: "it is missing, forbidden or no UTF-8")))
            return nil
        }
    }
}
