import Cron
import Engine
package import Faults
import FoundationEssentials
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
        let reading = ConfigurationParser.read(source(&faults))
        faults += reading.faults
        let (settings, jobs) = (reading.settings, reading.jobs)
        let zone = defaultZone(settings, &faults)
        let schedules = readSchedules(settings, jobs, zone, &faults)
        guard let settings else { return (nil, faults) }
        return (
            LoadedConfiguration(
                directory: directory, settings: settings, jobs: jobs, schedules: schedules, zone: zone),
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
        let settings = FileManager.default.fileExists(atPath: path) ? file(path, &faults) : nil
        return ConfigurationSource(
            settings: settings, jobs: jobFiles(&faults), environment: surroundings.environment,
            defaults: defaults, readSecretFile: SecretFiles.read)
    }

    /// The files of the jobs folder; without the folder the job that is built in.
    private func jobFiles(_ faults: inout [AnyFault]) -> [ConfigurationSource.File] {
        guard FileManager.default.fileExists(atPath: "\(directory)/jobs") else {
            return [.init(path: "jobs/nightly-backup.yaml", text: Shipped.nightlyBackup)]
        }
        return list("jobs", [".yaml", ".yml"]).compactMap { file($0, &faults) }
    }

    private func file(_ path: String, _ faults: inout [AnyFault]) -> ConfigurationSource.File? {
        read(path, &faults).map { .init(path: shown(path), text: $0) }
    }

    /// Jobs whose files have faults: a crontab may name them, and what is wrong has been said.
    private func faultyJobs(besides jobs: [Job]) -> Set<String> {
        let names = list("jobs", [".yaml", ".yml"]).map { path in
            let file = path.split(separator: "/").last ?? ""
            return String(file.prefix { $0 != "." })
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

    private func readSchedules(
        _ settings: Settings?, _ jobs: [Job], _ zone: Zone, _ faults: inout [AnyFault]
    ) -> [Schedule] {
        var schedules: [Schedule] = []
        let now = surroundings.ambient(stateDirectory: "").wallTime()
        var joiner = ScheduleJoiner(
            jobs: jobs, faultyJobs: faultyJobs(besides: jobs), windows: settings?.windows ?? [:],
            zones: zones,
            zone: zone, now: now)
        for path in list("cron", [".cron"]) {
            guard let text = read(path, &faults) else { continue }
            var (lines, found) = Crontab.parse(text, file: shown(path))
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

    /// Paths relative to the working folder read better in messages.
    private func shown(_ path: String) -> String {
        let prefix = surroundings.workingDirectory + "/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }

    private func list(_ folder: String, _ suffixes: [String]) -> [String] {
        // A folder that is not there holds nothing.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/\(folder)")) ?? []
        return names.filter { name in !name.hasPrefix(".") && suffixes.contains { name.hasSuffix($0) } }
            .sorted()
            .map { "\(directory)/\(folder)/\($0)" }
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
