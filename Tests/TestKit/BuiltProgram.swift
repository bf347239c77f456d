import FoundationEssentials
import Glibc

/// The program as it was built, for tests that run it as a user does.
package enum BuiltProgram {
    /// `PGVIGIL_BINARY`, else `pgvigil` in the folder of the running test bundle.
    package static let path: String = {
        if let named = ProcessInfo.processInfo.environment["PGVIGIL_BINARY"], !named.isEmpty { return named }
        // Without it the program is looked for in the root, and not found, which the first test says.
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            + "/pgvigil"
    }()

    /// The search path of the tests' own process.
    package static var searchPath: String {
        ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    }

    /// An environment in which nothing of the user's can be seen: no `PG…`, no `DATABASE_URL`, no locale, and UTC.
    ///
    /// - Parameter home: The home directory, below which everything is kept that has no other place.
    package static func cleanEnvironment(home: String) -> [String: String] {
        var made = [
            "PATH": searchPath, "HOME": home, "XDG_STATE_HOME": "\(home)/state", "TZ": "UTC",
            "COLUMNS": "100",
        ]
        // What a coverage build, a sanitizer and a toolchain elsewhere need.
        for name in ["LLVM_PROFILE_FILE", "TSAN_OPTIONS", "LD_LIBRARY_PATH"] {
            made[name] = ProcessInfo.processInfo.environment[name]
        }
        return made
    }
}
