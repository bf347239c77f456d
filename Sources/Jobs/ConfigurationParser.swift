package import Faults

/// Makes settings and jobs of the files that a user writes.
package enum ConfigurationParser {
    /// Everything at once, with the checks across files.
    ///
    /// The faults are first those of the settings, then those of each job in the order of the files, then what does
    /// not agree between them.
    package static func read(_ source: ConfigurationSource) -> ConfigurationReading {
        let reading = readSettings(
            text: source.settings?.text, file: source.settings?.path ?? "pgvigil.yaml",
            environment: source.environment, defaults: source.defaults, readFile: source.readSecretFile)
        var faults = reading.faults
        var sound: [Job] = []
        var all: [Job] = []
        for file in source.jobs {
            let (job, found) = readJob(text: file.text, file: file.path, environment: source.environment)
            if let job { all.append(job) }
            if let job, found.isEmpty { sound.append(job) }
            faults += found
        }
        faults += CrossCheck.faults(names: reading.names, jobs: all)
        faults += CrossCheck.faults(jobNames: reading.jobNames, known: source.jobs.map { jobName($0.path) })
        return ConfigurationReading(
            settings: readable(reading), jobs: sound.sorted { $0.name < $1.name }, faults: faults)
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
        return (readable(reading), reading.faults)
    }

    /// A job, named for its file; nil if there is any fault.
    package static func job(text: String, file: String, environment: [String: String]) -> (Job?, [AnyFault]) {
        let (job, faults) = readJob(text: text, file: file, environment: environment)
        return (faults.isEmpty ? job : nil, faults)
    }

    /// Without a target there is still a store to read.
    private static func readable(_ reading: SettingsReading) -> Settings? {
        reading.faults.allSatisfy { $0.code == JobsFault.noTargets.code } ? reading.settings : nil
    }
}
