import Cron
import Faults
import FoundationEssentials

/// Reads whatever comes as a crontab and as a pattern, and looks for what comes next.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzCron(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let text = String(decoding: UnsafeRawBufferPointer(start: data, count: min(size, 4_096)), as: UTF8.self)
    let (_, faults) = Crontab.parse(text, file: "fuzz.cron")
    for fault in faults { precondition(!fault.summary.isEmpty && fault.place != nil) }
    do throws(CronFault) {
        let pattern = try CronPattern.parse(text, hashKey: "fuzz")
        var last = Date(timeIntervalSince1970: 1_774_000_000)
        for date in Occurrences(of: pattern, after: last, in: .utc).prefix(5) {
            precondition(date > last)
            last = date
        }
    } catch {
        precondition(!error.summary.isEmpty)
    }
    return 0
}
