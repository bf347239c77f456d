import Glibc

/// Sees to it that a child does not outlive us when we are killed.
///
/// swift-subprocess lets nobody call prctl(2) between fork and exec on Linux, so `setpriv` of util-linux,
/// which every Debian and Ubuntu has, does it and becomes the program. The signal is SIGTERM, upon which
/// pg_dump cancels its queries and stops its workers (`sigTermHandler` in `src/bin/pg_dump/parallel.c`). It
/// is sent when the *thread* ends that started the child (PR_SET_PDEATHSIG in prctl(2)); swift-subprocess
/// starts all of them from one thread that lives as long as the process.
enum ParentDeath {
    private static let helper = "/usr/bin/setpriv"

    /// The program and arguments to start so that `program` runs and dies with us; the same ones where that
    /// is not to be had.
    static func bind(_ program: String, _ arguments: [String]) -> (program: String, arguments: [String]) {
        guard access(helper, X_OK) == 0 else { return (program, arguments) }
        return (helper, ["--pdeathsig", "TERM", "--", program] + arguments)
    }

    /// The helper's complaint when it could not become the program, without its name.
    static func complaint(status: Int32, errors: String) -> String? {
        guard status == 126 || status == 127, errors.hasPrefix("setpriv: ") else { return nil }
        return errors.dropFirst("setpriv: ".count).split(whereSeparator: \.isNewline).first.map(String.init)
    }
}
