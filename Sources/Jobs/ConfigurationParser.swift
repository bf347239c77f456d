package import Faults

/// Makes settings and jobs of the files that a user writes.
package enum ConfigurationParser {
    /// Everything at once, with the checks across files.
    ///
    /// - Returns: the configuration, or every fault of it: first those of the settings, then those of each
    ///   job in the order of the files.
    package static func parse(_ source: ConfigurationSource) -> Result<Configuration, FaultList> {
        let reading = readSettings(
            text: source.settings?.text, file: source.settings?.path ?? "pgvigil.yaml",
            environment: source.environment, defaults: source.defaults, readFile: source.readSecretFile)
        var faults = reading.faults
        var jobs: [Job] = []
        for file in source.jobs {
            let (job, jobFaults) = readJob(text: file.text, file: file.path, environment: source.environment)
            if let job { jobs.append(job) }
            faults += jobFaults
        }
        faults += CrossCheck.faults(names: reading.names, jobs: jobs)
        guard faults.isEmpty else { return .failure(FaultList(faults)) }
        return .success(Configuration(settings: reading.settings, jobs: jobs.sorted { $0.name < $1.name }))
    }

    /// The settings; nil if there is any fault, except that there is no target.
    ///
    /// - Parameters:
    ///   - text: what `pgvigil.yaml` holds; nil where there is none, so that all comes from the environment.
    ///   - file: its path as messages shall show it.
    package static func settings(
        text: String?, file: String, environment: [String: String], defaults: SettingsDefaults,
        readFile: @Sendable (String) -> Result<String, AnyFault>
    ) -> (Settings?, [AnyFault]) {
        let reading = withoutActuallyEscaping(readFile) { readFile in
            readSettings(
                text: text, file: file, environment: environment, defaults: defaults, readFile: readFile)
        }
        // Without a target there is still a store to read.
        let isReadable = reading.faults.allSatisfy { $0.code == JobsFault.noTargets.code }
        return (isReadable ? reading.settings : nil, reading.faults)
    }

    /// A job, named for its file; nil if there is any fault.
    package static func job(text: String, file: String, environment: [String: String]) -> (Job?, [AnyFault]) {
        let (job, faults) = readJob(text: text, file: file, environment: environment)
        return (faults.isEmpty ? job : nil, faults)
    }

    /// What must agree between the settings and the jobs: targets and stores that jobs name, and jobs of one
    /// name.
    package static func crossCheck(settings: Settings, jobs: [Job]) -> [AnyFault] {
        let names = CrossCheck.Names(
            targets: settings.targets.map(\.name), stores: settings.stores.map(\.name))
        return CrossCheck.faults(names: names, jobs: jobs)
    }
}
