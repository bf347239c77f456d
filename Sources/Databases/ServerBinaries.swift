import Glibc

/// One installation of PostgreSQL's server programs.
package struct ServerBinaries: Sendable, Equatable {
    /// Absolute path of the folder that holds `initdb` and `postgres`.
    package var directory: String
    package var major: Int
    /// The whole version text, such as `15.18`.
    package var version: String

    /// An installation whose version is known.
    package init(directory: String, major: Int, version: String) {
        self.directory = directory
        self.major = major
        self.version = version
    }

    /// All installations of PostgreSQL 12 and later: the given folders first, then those of packages, then PATH;
    /// within each the newest first.
    ///
    /// - Parameter path: The value of PATH, which only the wiring reads.
    package static func find(extraDirectories: [String] = [], path: String = "") async -> [ServerBinaries] {
        let places = [extraDirectories, packaged(), path.split(separator: ":").map(String.init)]
        return await withCheckedContinuation { continuation in
            OwnThread.start {
                var found: [ServerBinaries] = []
                var seen: Set<String> = []
                for place in places {
                    let here = place.compactMap { read($0) }.sorted { $0.major > $1.major }
                    found += here.filter { seen.insert(Files.canonical($0.directory)).inserted }
                }
                continuation.resume(returning: found)
            }
        }
    }

    /// Those that can run what a server of that major version had: of exactly that version, else the next newer one.
    ///
    /// - Throws: ``DatabasesFault/noMajor(wished:present:)`` with what there is instead.
    package static func fitting(
        major: Int, among installed: [ServerBinaries]
    ) throws(DatabasesFault) -> ServerBinaries {
        let newer = installed.filter { $0.major >= major }
        // Of the same version the first wins: folders that the user named come before those of packages.
        guard let nearest = newer.map(\.major).min(),
            let fitting = newer.first(where: { $0.major == nearest })
        else {
            throw .noMajor(wished: major, present: Set(installed.map(\.major)).sorted())
        }
        return fitting
    }

    /// The folders that ``find(extraDirectories:path:)`` looks into, for people.
    package static func searched(extraDirectories: [String]) -> [String] {
        extraDirectories + ["/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "PATH"]
    }

    func program(_ name: String) -> String { directory + "/" + name }

    private static func packaged() -> [String] {
        Files.names(in: "/usr/lib/postgresql").map { "/usr/lib/postgresql/\($0)/bin" }
            + Files.names(in: "/usr").filter { $0.hasPrefix("pgsql-") }.map { "/usr/\($0)/bin" }
    }

    /// What is in a folder; nil if that is no server of PostgreSQL 12 or later.
    private static func read(_ directory: String) -> ServerBinaries? {
        guard directory.hasPrefix("/"), access(directory + "/initdb", X_OK) == 0,
            access(directory + "/postgres", X_OK) == 0,
            // A program that cannot be run is no installation; whoever needs one says that there is none.
            let output = try? ChildProgram([directory + "/postgres", "--version"]).runToEnd().output,
            // postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
            let match = output.firstMatch(of: #/\(PostgreSQL\) ((\d+)\S*)/#),
            let major = Int(match.2), major >= 12
        else { return nil }
        return ServerBinaries(directory: directory, major: major, version: String(match.1))
    }
}
