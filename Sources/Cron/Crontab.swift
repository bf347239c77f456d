package import Faults

/// Crontab files: who is due when, one schedule a line.
///
///     CRON_TZ=Europe/Paris
///     # minute hour day month weekday   job              options
///     30 1 * * *                        nightly-backup   window=nights late=2h
///     CRON_TZ=UTC 0 3 * * SUN           weekly-drill
///
/// A schedule's pattern is the run of words that can be fields; the word after it is the job, and whatever
/// follows is options. `docs/cron.md` has the rule in full.
package enum Crontab {
    /// Reads all lines, and reports every fault of every line rather than the first.
    ///
    /// - Parameter file: the file's name, for the places of lines and faults.
    /// - Returns: the schedules that have no fault, and the faults, both in the file's order.
    package static func parse(_ text: String, file: String) -> (lines: [CrontabLine], faults: [AnyFault]) {
        var reader = CrontabReader(file: file)
        let content = text.first == "\u{FEFF}" ? text.dropFirst() : text[...]
        let lines = content.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        for (index, line) in lines.enumerated() {
            reader.read(line, number: index + 1)
        }
        return (reader.lines, reader.faults)
    }
}
