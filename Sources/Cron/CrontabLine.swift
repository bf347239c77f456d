package import Faults

/// One schedule of a crontab file: when, in which zone, and which job.
package struct CrontabLine: Sendable, Equatable {
    /// When it is due; `H` in it was resolved with the job's name.
    package let pattern: CronPattern
    /// The pattern as written, with one space between its words.
    package let patternText: String
    /// The zone of the line's own `CRON_TZ=`, else of the last line before it that sets one; nil if neither
    /// does.
    package let zoneName: String?
    /// Where that zone was named.
    package let zonePlace: Place?
    /// The job's name, `[a-z][a-z0-9_-]*`; whether there is such a job is not known here.
    package let job: String
    /// Where the job is named.
    package let jobPlace: Place
    /// What follows the job's name, in order; no key twice.
    package let options: [CrontabOption]
    /// Where the pattern begins.
    package let place: Place
    /// The variables that the lines before it set, without `CRON_TZ`.
    package let environment: [String: String]

    /// The value of an option; nil if the line does not give it.
    package func option(_ key: String) -> String? {
        options.first { $0.key == key }?.value
    }
}

/// A `key=value` after the job's name; what it means is for others to say.
package struct CrontabOption: Sendable, Equatable {
    /// Lower case, `[a-z][a-z0-9_-]*`.
    package let key: String
    /// Never empty, without spaces.
    package let value: String
    /// Where the option begins.
    package let place: Place
}
